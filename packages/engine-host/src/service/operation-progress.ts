import { TJobExecutionStatus, type TGetOperationStatusResp } from '@senbon/hive-thrift';
import type { Operation } from '../operation/operation.ts';

/** Hive's beeline formats exactly nine columns, of whatever names; these are those of Hive on Tez. */
const HEADERS = [
  'VERTICES',
  'MODE',
  'STATUS',
  'TOTAL',
  'COMPLETED',
  'RUNNING',
  'PENDING',
  'FAILED',
  'KILLED',
] as const;

/** The progress of an operation as the bars of Hive's and Kyuubi's beelines read it; nothing when it is not known. */
export function progressOf(operation: Operation): Partial<TGetOperationStatusResp> {
  const { progress, state, startedMs } = operation;
  if (progress === null) return {};
  const { fraction, unit, done, total } = progress;
  const isDone = state === 'FINISHED';
  const pending = Math.max(0, total - done);
  const row = [unit, 'engine', isDone ? 'SUCCEEDED' : state, total, done, isDone ? 0 : 1, pending, 0, 0];
  return {
    progressUpdateResponse: {
      headerNames: [...HEADERS],
      rows: [row.map(String)],
      progressedPercentage: fraction,
      status: isDone ? TJobExecutionStatus.COMPLETE : TJobExecutionStatus.IN_PROGRESS,
      footerSummary: `${unit.toUpperCase()}: ${done}/${total}`,
      startTime: BigInt(startedMs),
    },
  };
}
