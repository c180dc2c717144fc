import { status } from '@grpc/grpc-js';
import { messageOf, SenbonError } from '@senbon/core';
import { errorInfo, rpcStatus } from '../proto/connect-messages.ts';
import { isServiceError } from './connect-channel.ts';
import { sqlStateOfClass } from './error-classes.ts';

const DETAILS = 'grpc-status-details-bin';
/** SQLSTATE of a statement whose connection is gone. */
export const CONNECTION_LOST = '08S01';
const UNKNOWN = 'HY000';
const LEADING_CLASS = /^(?:\([\w.$]+\) )?\s*\[([A-Z0-9_]+(?:\.[A-Z0-9_]+)?)\]/;
const TASKS_CLASS = /\bSpark\w*Exception: \[([A-Z0-9_]+(?:\.[A-Z0-9_]+)?)\]/;

/** What a failed call says beside its text. */
export interface SparkErrorInfo {
  /** As in `TABLE_OR_VIEW_NOT_FOUND`; with a sub-class behind a point. */
  readonly errorClass: string | null;
  readonly sqlState: string | null;
  /** Java classes of the failure, the most special one first. */
  readonly classes: readonly string[];
  /** What `FetchErrorDetails` can be asked by (Spark 4). */
  readonly errorId: string | null;
}

const NO_INFO: SparkErrorInfo = { errorClass: null, sqlState: null, classes: [], errorId: null };

/** The google.rpc.ErrorInfo that Spark attaches to a failed call. */
export function sparkErrorInfo(error: unknown): SparkErrorInfo {
  if (!isServiceError(error)) return NO_INFO;
  const [encoded] = error.metadata.get(DETAILS);
  if (!(encoded instanceof Buffer)) return NO_INFO;
  const detail = rpcStatus.decode(encoded).details?.find(({ typeUrl }) => typeUrl?.endsWith('.ErrorInfo'));
  if (detail?.value === undefined) return NO_INFO;
  const facts = errorInfo.decode(detail.value).metadata ?? new Map<string, string>();
  return {
    errorClass: facts.get('errorClass') ?? null,
    sqlState: facts.get('sqlState') ?? null,
    classes: readClasses(facts.get('classes')),
    errorId: facts.get('errorId') ?? null,
  };
}

/** A failed call as the error a client gets: Spark's own text, and its SQLSTATE. */
export function statementError(cause: unknown, details: string | null = null): SenbonError {
  if (cause instanceof SenbonError) return cause;
  if (!isServiceError(cause)) return failed(UNKNOWN, messageOf(cause), cause);
  if (cause.code === status.CANCELLED) return new SenbonError('OPERATION_CANCELED');
  const info = sparkErrorInfo(cause);
  if (cause.code === status.UNAVAILABLE && info.classes.length === 0) {
    const problem = `The connection to the Spark Connect server is lost: ${cause.details}`;
    return failed(CONNECTION_LOST, problem, cause);
  }
  if (/\boperation(?:\.| was)? ?cancel+ed\b|OPERATION_CANCELED/i.test(cause.details)) {
    return new SenbonError('OPERATION_CANCELED');
  }
  const problem = (details ?? cause.details).trim();
  return failed(sqlStateOf(info, problem), problem, cause);
}

export function failed(sqlState: string, problem: string, cause?: unknown): SenbonError {
  return new SenbonError('STATEMENT_FAILED', { problem }, { sqlState, cause });
}

function sqlStateOf(info: SparkErrorInfo, text: string): string {
  if (info.sqlState !== null && info.sqlState !== '') return info.sqlState;
  // Spark 3.5 sends no class, but its text begins with it, or that of the exception of the task that failed:
  // `[TABLE_OR_VIEW_NOT_FOUND] The table …`, `Job aborted …: org.apache.spark.SparkArithmeticException: [DIVIDE_BY_ZERO] …`.
  const named = info.errorClass ?? LEADING_CLASS.exec(text)?.[1] ?? TASKS_CLASS.exec(text)?.[1];
  const known = named === undefined ? null : sqlStateOfClass(named);
  if (known !== null) return known;
  if (info.classes.some((name) => name.endsWith('.ParseException'))) return '42601';
  if (info.classes.some((name) => name.endsWith('.AnalysisException'))) return '42000';
  return UNKNOWN;
}

function readClasses(json: string | undefined): readonly string[] {
  if (json === undefined) return [];
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value.map(String) : [];
  } catch {
    return [];
  }
}
