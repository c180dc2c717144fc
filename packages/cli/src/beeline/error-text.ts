import { ClientError, ConnectionError, HiveError } from '@senbon/client';

/** SQLSTATE of a connection that broke. */
const CONNECTION_FAILURE = '08S01';

/** As Hive's beeline prints it: `Error: text (state=42P01,code=0)`. With details, what Java servers say of their stack. */
export function errorText(error: unknown, hasDetails: boolean): string {
  if (error instanceof HiveError) {
    const codes = `(state=${error.sqlState ?? ''},code=${error.errorCode ?? 0})`;
    const details = hasDetails ? error.infoMessages.map((line) => `\n  ${line}`).join('') : '';
    return `Error: ${hasDetails ? error.message : withoutStack(error.message)} ${codes}${details}`;
  }
  const state =
    error instanceof ClientError
      ? error.sqlState
      : error instanceof ConnectionError
        ? CONNECTION_FAILURE
        : null;
  const text = error instanceof Error ? error.message : String(error);
  const codes = state === null ? '' : ` (state=${state},code=0)`;
  const details = hasDetails && error instanceof Error && error.stack !== undefined ? `\n${error.stack}` : '';
  return `Error: ${text}${codes}${details}`;
}

/** Spark's Thrift server and Kyuubi put a whole Java stack into the message. */
function withoutStack(message: string): string {
  const start = message.search(/\n\s+at [\w.$]+[\w.$/]*\(/);
  return start < 0 ? message : message.slice(0, start).trimEnd();
}
