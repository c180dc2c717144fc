import { randomUUID } from 'node:crypto';
import type {
  ExecutorResult,
  ExecutorSession,
  MetadataRequest,
  ResultCursor,
  SessionSpec,
  StatementContext,
} from '@senbon/engine-host';
import type { ConnectSession } from './connect/connect-session.ts';
import { Execution } from './connect/execution.ts';
import { failed } from './connect/spark-error.ts';
import type { Plan } from './proto/connect-messages.ts';
import { arrowCursor } from './result/arrow-cursor.ts';
import { ResponseReader } from './result/response-reader.ts';
import { hiveType } from './types/hive-type.ts';

export interface SparkSessionOptions {
  readonly spec: SessionSpec;
  readonly session: ConnectSession;
  readonly onClose: () => void;
}

/** One JDBC session: one Spark session, and what runs in it. */
export class SparkSession implements ExecutorSession {
  readonly #options: SparkSessionOptions;
  readonly #running = new Set<Execution>();

  constructor(options: SparkSessionOptions) {
    this.#options = options;
  }

  async execute(statement: string, context: StatementContext): Promise<ExecutorResult> {
    return this.#run({ root: { sql: { query: statement } } }, context);
  }

  async metadata(_request: MetadataRequest, _context: StatementContext): Promise<ResultCursor> {
    throw failed('0A000', 'not yet');
  }

  async close(): Promise<void> {
    for (const execution of this.#running) execution.close();
    this.#options.onClose();
    await this.#options.session.close();
  }

  async #run(plan: Plan, context: StatementContext): Promise<ExecutorResult> {
    const { session } = this.#options;
    const { signal } = context;
    const execution = new Execution({ session, plan, operationId: randomUUID(), signal });
    this.#running.add(execution);
    const reader = new ResponseReader(session, execution, context);
    try {
      const fields = await reader.open();
      if (fields.length === 0) {
        execution.close();
        return { rows: null };
      }
      const schema = fields.map(({ name, type }) => ({ name, type: hiveType(type) }));
      return { rows: { schema, cursor: arrowCursor(fields, reader) } };
    } finally {
      this.#running.delete(execution);
    }
  }
}
