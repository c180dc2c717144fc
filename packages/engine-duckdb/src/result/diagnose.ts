import { SenbonError } from '@senbon/core';
import type { Connection } from '../connection/connection.ts';
import { canceled, failed } from '../connection/duckdb-error.ts';

/** A statement that failed late may have run for hours; the reason is worth this much. */
const DIAGNOSE_LIMIT_MS = 10_000;

/**
 * The reason why a stream broke off. DuckDB has set an error on the result, but its Node library has no call that
 * tells the text; run again without streaming, in a form that keeps no rows, the statement fails with its text.
 */
export async function diagnose(connection: Connection, sql: string, signal: AbortSignal): Promise<Error> {
  if (signal.aborted) return canceled();
  const limit = new AbortController();
  const stop = () => limit.abort();
  const timer = setTimeout(stop, DIAGNOSE_LIMIT_MS);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await connection.run(limit.signal, `SELECT bit_xor(hash(t)) FROM (${sql}\n) AS t`);
    return unknownReason();
  } catch (error) {
    if (signal.aborted) return canceled();
    return error instanceof SenbonError && isReason(error) ? error : unknownReason();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** For a result whose statement must not run twice. */
export function unknownReason(): Error {
  return failed(
    'HY000',
    'The statement failed after its first rows and its result is not complete. DuckDB did not tell the reason; ' +
      'running the statement again with an aggregate over it, or outside of a transaction, shows it',
  );
}

function isReason(error: SenbonError): boolean {
  const isOurs = error.code === 'OPERATION_CANCELED' || error.sqlState === '42601';
  return !isOurs && !error.sqlState.startsWith('25');
}
