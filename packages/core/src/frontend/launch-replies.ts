import {
  type ColumnBatch,
  columnOf,
  encodeFetchReply,
  FetchType,
  type TColumnDesc,
  type TFetchResultsReq,
  TFetchOrientation,
  type TGetOperationStatusResp,
  TProtocolVersion,
  type TTableSchema,
  TTypeId,
} from '@senbon/hive-thrift';
import { SenbonError } from '../errors/senbon-error.ts';
import type { LaunchOperation } from '../session/launch-operation.ts';
import type { Session } from '../session/session.ts';
import { OK } from './thrift-status.ts';

/** What Kyuubi's launch operation returns: two strings. */
export const launchSchema: TTableSchema = { columns: [stringColumn('key', 1), stringColumn('value', 2)] };

export function launchStatus(launch: LaunchOperation): TGetOperationStatusResp {
  const { error } = launch;
  return {
    status: OK,
    operationState: launch.wireState,
    operationStarted: BigInt(launch.startedAtMs),
    operationCompleted: BigInt(launch.completedAtMs),
    hasResultSet: false,
    ...(error === null
      ? {}
      : { sqlState: error.sqlState, errorCode: error.vendorCode, errorMessage: error.message }),
  };
}

/** A whole FetchResults reply: the launch log (fetch type 1) or the rows that describe the engine. */
export function launchFetch(session: Session, request: TFetchResultsReq, seqId: number): Uint8Array {
  const isLog = request.fetchType === FetchType.LOG;
  const { orientation } = request;
  if (orientation !== TFetchOrientation.FETCH_NEXT && orientation !== TFetchOrientation.FETCH_FIRST) {
    throw new SenbonError('FETCH_ORIENTATION', {
      orientation,
      problem: 'a launch has FETCH_NEXT and FETCH_FIRST',
    });
  }
  const isFromStart = orientation === TFetchOrientation.FETCH_FIRST;
  const maxRows = Number(request.maxRows);
  const { startRow, batch } = isLog
    ? logRows(session.launch, maxRows, isFromStart)
    : resultRows(session.launch, maxRows, isFromStart);
  return encodeFetchReply({
    seqId,
    startRowOffset: BigInt(startRow),
    batch,
    rowBased: session.spec.protocol < TProtocolVersion.V6,
    hasMoreRows: false,
  });
}

function logRows(launch: LaunchOperation, maxRows: number, isFromStart: boolean) {
  const lines = launch.log.read(maxRows, isFromStart);
  const batch: ColumnBatch = { rowCount: lines.length, columns: [columnOf('string', lines)] };
  return { startRow: 0, batch };
}

function resultRows(launch: LaunchOperation, maxRows: number, isFromStart: boolean) {
  const { startRow, rows } = launch.readRows(maxRows, isFromStart);
  const columns = [0, 1].map((index) =>
    columnOf(
      'string',
      rows.map((row) => row[index] ?? null),
    ),
  );
  return { startRow, batch: { rowCount: rows.length, columns } };
}

function stringColumn(columnName: string, position: number): TColumnDesc {
  return { columnName, position, typeDesc: { types: [{ primitiveEntry: { type: TTypeId.STRING } }] } };
}
