import {
  type DuckDBPreparedStatement,
  type DuckDBResult,
  ResultReturnType,
  StatementType,
} from '@duckdb/node-api';
import {
  type ColumnSchema,
  type ExecutorResult,
  type StatementContext,
  ZoneClock,
} from '@senbon/engine-host';
import type { Connection } from './connection/connection.ts';
import { failed } from './connection/duckdb-error.ts';
import type { SessionConnections, Turn } from './connection/session-connections.ts';
import { diagnose, unknownReason } from './result/diagnose.ts';
import type { ParkingLimits } from './result/parked-rows.ts';
import { StreamCursor, type StreamEnd } from './result/stream-cursor.ts';
import type { SessionState } from './session-state.ts';
import { planColumn } from './types/column-plan.ts';

export interface RunnerOptions {
  readonly connections: SessionConnections;
  readonly state: SessionState;
  readonly limits: ParkingLimits;
  /** The session's open results. */
  readonly cursors: Set<StreamCursor>;
  /** Whether the session may change what holds for the whole engine. */
  readonly globalSettings: boolean;
}

interface Prepared {
  readonly sql: string;
  readonly statement: DuckDBPreparedStatement;
  readonly type: StatementType;
  readonly clock: ZoneClock;
}

/** Runs statements that are DuckDB's own. */
export class StatementRunner {
  readonly #options: RunnerOptions;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  async run(sql: string, context: StatementContext): Promise<ExecutorResult> {
    const { connections, state } = this.#options;
    const { signal } = context;
    const turn = await connections.acquire(signal);
    let prepared: Prepared;
    try {
      prepared = await this.#prepare(turn.connection, sql, signal);
    } catch (error) {
      turn.end();
      throw error;
    }
    try {
      state.noteBefore(prepared.type, sql);
      const { connection } = turn;
      context.track?.(() => connection.progress());
      const isLent = prepared.type === StatementType.SELECT && state.isReplayable && turn.canLend;
      return isLent
        ? await this.#runLent(turn, prepared, signal)
        : await this.#runOnMain(turn, prepared, signal);
    } finally {
      prepared.statement.destroySync();
    }
  }

  async #prepare(connection: Connection, sql: string, signal: AbortSignal): Promise<Prepared> {
    const extracted = await connection.call(signal, async (raw) => raw.extractStatements(sql));
    const last = extracted.count - 1;
    // DuckDB itself makes several statements of one PIVOT or IMPORT DATABASE; the last has the result.
    for (let i = 0; i < last; i++) {
      const part = await connection.call(signal, async () => extracted.prepare(i));
      if (part.statementType !== StatementType.CREATE) this.#options.state.markLocal();
      await connection.call(signal, async () => part.run()).finally(() => part.destroySync());
    }
    const statement = await connection.call(signal, async () => extracted.prepare(last));
    try {
      if (statement.parameterCount > 0) throw noParameters(statement.parameterCount);
      const type = statement.statementType;
      if (type === StatementType.SET) this.#checkSet(sql);
      // No question before a ROLLBACK: in a transaction that has failed DuckDB would refuse it.
      const isQuestionAllowed = type !== StatementType.TRANSACTION;
      const clock = isQuestionAllowed
        ? await this.#options.state.clock(connection, signal)
        : new ZoneClock('UTC');
      return { sql, statement, type, clock };
    } catch (error) {
      statement.destroySync();
      throw error;
    }
  }

  /** Assignments have gone another way, by which they stay the session's own; this is one in a form not known there. */
  #checkSet(sql: string): void {
    if (this.#options.globalSettings || /^(?:RE)?SET\s+VARIABLE\b|^USE\b/i.test(sql)) return;
    throw failed('0A000', 'A setting is changed by SET key = value or RESET key');
  }

  /** The result keeps the connection; the next statement of the session need not wait for it. */
  async #runLent(turn: Turn, prepared: Prepared, signal: AbortSignal): Promise<ExecutorResult> {
    const giveBack = turn.lend();
    try {
      const result = await turn.connection.call(signal, async () => prepared.statement.stream());
      return await this.#openResult(turn.connection, prepared, { result, signal, onEnd: giveBack });
    } catch (error) {
      giveBack('broken');
      throw error;
    }
  }

  /** The session's turn lasts until the first rows are there. */
  async #runOnMain(turn: Turn, prepared: Prepared, signal: AbortSignal): Promise<ExecutorResult> {
    const { state } = this.#options;
    const { sql, type } = prepared;
    let cursor: StreamCursor | null = null;
    const onEnd = (how: StreamEnd) => {
      if (cursor !== null) turn.unpin(cursor, how);
    };
    try {
      const result = await turn.connection.call(signal, async () => prepared.statement.stream());
      state.noteAfter(type, sql, false);
      const opened = await this.#openResult(turn.connection, prepared, { result, signal, onEnd });
      cursor = opened.rows === null ? null : (opened.rows.cursor as StreamCursor);
      if (cursor === null) turn.end();
      else turn.pin(cursor);
      return opened;
    } catch (error) {
      state.noteAfter(type, sql, true);
      await turn.connection.dropStream().catch(() => undefined);
      turn.end();
      throw error;
    }
  }

  async #openResult(connection: Connection, prepared: Prepared, open: OpenResult): Promise<ExecutorResult> {
    const { result, signal, onEnd } = open;
    if (result.returnType !== ResultReturnType.QUERY_RESULT) {
      const isCounted = result.returnType === ResultReturnType.CHANGED_ROWS;
      const modified = isCounted ? { modifiedRowCount: result.rowsChanged } : {};
      onEnd('complete');
      return { rows: null, ...modified };
    }
    const { state, limits, cursors } = this.#options;
    const plans = result.columnTypes().map((type) => planColumn(type, prepared.clock));
    const schema: ColumnSchema[] = plans.map(({ hive }, i) => ({ name: result.columnName(i), type: hive }));
    const { isInTransaction } = state;
    const canRunAgain = prepared.type === StatementType.SELECT && !isInTransaction;
    const cursor = await StreamCursor.open({
      connection,
      result,
      plans,
      signal,
      limits,
      isInTransaction,
      diagnose: async () => (canRunAgain ? diagnose(connection, prepared.sql, signal) : unknownReason()),
      onEnd,
      onClose: () => cursors.delete(cursor),
    });
    cursors.add(cursor);
    return { rows: { schema, cursor } };
  }
}

interface OpenResult {
  readonly result: DuckDBResult;
  readonly signal: AbortSignal;
  readonly onEnd: (how: StreamEnd) => void;
}

function noParameters(count: number): Error {
  return failed(
    '07002',
    `The statement has ${count} parameters (? or $name), for which this protocol carries no values`,
  );
}
