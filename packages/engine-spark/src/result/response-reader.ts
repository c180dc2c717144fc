import type { StatementContext } from '@senbon/engine-host';
import type { ConnectSession } from '../connect/connect-session.ts';
import type { Execution } from '../connect/execution.ts';
import { statementError } from '../connect/spark-error.ts';
import type { ExecutePlanResponse } from '../proto/connect-messages.ts';
import { fieldsOf, type SparkField } from '../types/spark-type.ts';
import { ProgressMeter } from './progress-meter.ts';

/** Takes an execution's responses apart: schema, rows, progress, metrics. */
export class ResponseReader {
  readonly #session: ConnectSession;
  readonly #execution: Execution;
  readonly #context: StatementContext;
  readonly #progress = new ProgressMeter();
  #fields: readonly SparkField[] = [];
  /** The first rows, which are waited for before a statement is said to have succeeded. */
  #first: Uint8Array | null = null;

  constructor(session: ConnectSession, execution: Execution, context: StatementContext) {
    this.#session = session;
    this.#execution = execution;
    this.#context = context;
    context.track?.(() => this.#progress.read());
  }

  /** Reads up to the first rows, or to the end. Throws STATEMENT_FAILED, OPERATION_CANCELED. */
  async open(): Promise<readonly SparkField[]> {
    this.#first = await this.#read();
    return this.#fields;
  }

  /** An Arrow stream, or `null` at the end. Throws STATEMENT_FAILED, OPERATION_CANCELED. */
  async nextBatch(): Promise<Uint8Array | null> {
    const first = this.#first;
    this.#first = null;
    return first ?? (await this.#read());
  }

  close(): void {
    this.#execution.close();
  }

  async #read(): Promise<Uint8Array | null> {
    for (;;) {
      let response: ExecutePlanResponse | null;
      try {
        response = await this.#execution.next();
      } catch (error) {
        throw statementError(error, await this.#session.errorDetails(error));
      }
      if (response === null) {
        if (this.#context.signal.aborted) throw statementError(this.#context.signal.reason);
        return null;
      }
      if (response.schema !== undefined) this.#fields = fieldsOf(response.schema);
      this.#progress.note(response, (line) => this.#context.log(line));
      const { rowCount, data } = response.arrowBatch ?? {};
      if (data !== undefined && rowCount !== undefined) return data;
    }
  }
}
