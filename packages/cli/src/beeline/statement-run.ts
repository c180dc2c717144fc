import {
  type ColumnBatch,
  type Connection,
  HiveError,
  type HiveOperation,
  OperationState,
  QueryResult,
} from '@senbon/client';
import type { Terminal } from './terminal.ts';
import { createFormat, type FormatOptions } from './output/result-format.ts';

export interface StatementRunOptions {
  readonly connection: Connection;
  readonly terminal: Terminal;
  readonly format: FormatOptions;
  /** Print the server's log of the statement. */
  readonly showsLog: boolean;
}

export interface Outcome {
  /** Null for a statement without a result. */
  readonly rowCount: number | null;
  /** Null when the server does not tell. */
  readonly modifiedRows: number | null;
}

/** One statement from its start to the last row printed. */
export class StatementRun {
  readonly #options: StatementRunOptions;
  #operation: HiveOperation | null = null;
  #interrupts = 0;
  /** The operation has been closed by us. */
  #isOver = false;
  #hasLog = true;

  constructor(options: StatementRunOptions) {
    this.#options = options;
  }

  /** The server did not answer an interrupt, so the connection was closed. */
  get hasGivenUp(): boolean {
    return this.#interrupts > 1;
  }

  /** Throws HiveError, ConnectionError, OutputClosedError. */
  async execute(sql: string): Promise<Outcome> {
    const { connection, terminal } = this.#options;
    terminal.status.start('running');
    try {
      const operation = await connection.session.execute(sql);
      return await this.#finish(operation);
    } finally {
      terminal.status.stop();
    }
  }

  /** An operation that is there already, as of a metadata call. `maxColumns` cuts off what nobody reads. */
  async print(operation: HiveOperation, maxColumns = Number.POSITIVE_INFINITY): Promise<Outcome> {
    this.#options.terminal.status.start('running');
    try {
      return await this.#finish(operation, maxColumns);
    } finally {
      this.#options.terminal.status.stop();
    }
  }

  /** The first cancels the statement on the server; the second gives the connection up, for the server does not answer. */
  interrupt(): void {
    const { connection, terminal } = this.#options;
    this.#interrupts += 1;
    if (this.#interrupts > 1) {
      connection.client.destroy(new Error('interrupted twice; the connection is given up'));
      return;
    }
    terminal.say('Cancelling; press Ctrl-C again to give up the connection');
    // A statement that the server has not named yet would run on unknown to us; it is cancelled as soon as it has a name.
    if (this.#operation !== null) this.#cancel(this.#operation);
  }

  #cancel(operation: HiveOperation): void {
    const { connection, terminal } = this.#options;
    connection.cancel(operation).catch((error: unknown) => {
      // A cancel goes its own way, and may come to an operation or a connection that is closed already.
      if (this.#isOver || this.hasGivenUp) return;
      terminal.say(`Cannot cancel: ${error instanceof Error ? error.message : String(error)}`);
    });
  }

  async #finish(operation: HiveOperation, maxColumns = Number.POSITIVE_INFINITY): Promise<Outcome> {
    const { connection } = this.#options;
    this.#operation = operation;
    if (this.#interrupts > 0) this.#cancel(operation);
    try {
      const status = await this.#wait(operation);
      const modified = status?.numModifiedRows;
      const modifiedRows = modified === undefined || modified < 0n ? null : Number(modified);
      if (!operation.hasResultSet && status?.hasResultSet !== true) return { rowCount: null, modifiedRows };
      const columns = (await operation.schema()).slice(0, maxColumns);
      const result = new QueryResult(operation, columns, { fetchRows: connection.fetchRows });
      return { rowCount: await this.#write(result), modifiedRows };
    } finally {
      this.#isOver = true;
      await operation.close().catch(() => {});
    }
  }

  async #wait(operation: HiveOperation) {
    const { connection, terminal } = this.#options;
    let last: Awaited<ReturnType<HiveOperation['status']>> | null = null;
    try {
      for await (const { state, fraction, status } of connection.follow(operation)) {
        last = status;
        terminal.status.update(state === OperationState.RUNNING ? 'running' : 'waiting', fraction);
        await this.#log(operation);
      }
    } catch (error) {
      await this.#log(operation);
      throw error;
    }
    return last;
  }

  async #log(operation: HiveOperation): Promise<void> {
    if (!this.#options.showsLog || !this.#hasLog) return;
    try {
      for (const line of await operation.log()) this.#options.terminal.say(line);
    } catch {
      // Servers without operation logs answer with an error, every time.
      this.#hasLog = false;
    }
  }

  async #write(result: QueryResult): Promise<number> {
    const { terminal, format: options } = this.#options;
    const format = createFormat(options);
    let rowCount = 0;
    await terminal.result(format.begin(result.columns));
    for await (const batch of this.#batches(result)) {
      await terminal.result(format.batch(batch));
      rowCount += batch.rowCount;
      terminal.status.update(`${rowCount.toLocaleString('en')} rows`, null);
    }
    for (const text of format.end()) await terminal.result(text);
    return rowCount;
  }

  /** What the server says of a fetch after a cancel differs; the person cancelled. */
  async *#batches(result: QueryResult): AsyncGenerator<ColumnBatch, void, undefined> {
    try {
      for await (const batch of result.batches()) {
        if (this.#interrupts > 0) throw cancelled();
        yield batch;
      }
    } catch (error) {
      throw this.#interrupts === 1 && error instanceof HiveError ? cancelled() : error;
    }
  }
}

function cancelled(): HiveError {
  return new HiveError({ message: 'cancelled while the result was read', sqlState: '57014' });
}
