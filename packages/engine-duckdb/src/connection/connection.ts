import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { StatementProgress } from '@senbon/engine-host';
import { canceled, statementError } from './duckdb-error.ts';

/**
 * DuckDB forgets an interrupt that arrives before its query has begun (the call may still wait for a thread of
 * libuv's pool), so it is repeated until the call returns.
 */
const INTERRUPT_EVERY_MS = 20;

/** A signal for calls that nobody cancels. One a call: listeners on a shared one would pile up. */
export function neverAborted(): AbortSignal {
  return new AbortController().signal;
}

/** One DuckDB connection, one native call at a time; the callers see to that. */
export class Connection {
  readonly #raw: DuckDBConnection;
  #call: Promise<unknown> | null = null;
  #closing: Promise<void> | null = null;

  constructor(raw: DuckDBConnection) {
    this.#raw = raw;
  }

  /**
   * Runs one native call; `signal` interrupts it. Throws OPERATION_CANCELED when the signal has fired, however the
   * call ended, else STATEMENT_FAILED with DuckDB's text.
   */
  async call<T>(signal: AbortSignal, run: (raw: DuckDBConnection) => Promise<T>): Promise<T> {
    if (this.#call !== null) throw new Error('a connection was asked for two calls at once');
    if (this.#closing !== null || signal.aborted) throw canceled();
    const stopInterrupts = this.#interruptOn(signal);
    try {
      this.#call = run(this.#raw);
      const result = (await this.#call) as T;
      if (signal.aborted) throw canceled();
      return result;
    } catch (error) {
      throw signal.aborted ? canceled() : statementError(error);
    } finally {
      this.#call = null;
      stopInterrupts();
    }
  }

  /** How far the running query has come; `null` when DuckDB does not know, as of what has no table to count. */
  progress(): StatementProgress | null {
    if (this.#closing !== null) return null;
    const { percentage, rows_processed: done, total_rows_to_process: total } = this.#raw.progress;
    if (percentage < 0) return null;
    return {
      fraction: Math.min(1, percentage / 100),
      unit: 'rows',
      done: Number(done),
      total: Number(total),
    };
  }

  /** All rows of a short query as JavaScript values. */
  async rows(signal: AbortSignal, sql: string, parameters: readonly string[] = []): Promise<readonly Row[]> {
    return this.call(signal, async (raw) => {
      const reader = await raw.runAndReadAll(sql, parameters.length === 0 ? undefined : [...parameters]);
      return reader.getRowObjects();
    });
  }

  async run(signal: AbortSignal, sql: string): Promise<void> {
    await this.call(signal, async (raw) => raw.run(sql));
  }

  /** Ends a stream that was not read to its end. Keeps a transaction of the user's open, as an interrupt would not. */
  async dropStream(): Promise<void> {
    if (this.#closing !== null) return;
    await this.call(neverAborted(), async (raw) => {
      (await raw.prepare('SELECT 1')).destroySync();
    });
  }

  /** Interrupts what runs, waits for it to return, disconnects. Idempotent. */
  async close(): Promise<void> {
    this.#closing ??= this.#disconnect();
    await this.#closing;
  }

  async #disconnect(): Promise<void> {
    // Disconnecting under a running call would free what it works on.
    if (this.#call !== null) {
      const timer = setInterval(() => this.#raw.interrupt(), INTERRUPT_EVERY_MS);
      this.#raw.interrupt();
      await this.#call.catch(() => undefined);
      clearInterval(timer);
    }
    this.#raw.disconnectSync();
  }

  #interruptOn(signal: AbortSignal): () => void {
    let timer: NodeJS.Timeout | null = null;
    const interrupt = () => {
      this.#raw.interrupt();
      timer ??= setInterval(() => this.#raw.interrupt(), INTERRUPT_EVERY_MS);
    };
    signal.addEventListener('abort', interrupt, { once: true });
    return () => {
      signal.removeEventListener('abort', interrupt);
      if (timer !== null) clearInterval(timer);
    };
  }
}

/** A row of a catalog query: what its columns hold, by name. */
export type Row = Readonly<Record<string, DuckDBValue>>;
