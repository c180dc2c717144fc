import {
  BatchCursor,
  type ExecutorResult,
  type ExecutorSession,
  type MetadataRequest,
  type ResultCursor,
  type SessionSpec,
  type StatementContext,
} from '@senbon/engine-host';
import { type Connection, neverAborted } from './connection/connection.ts';
import { SessionConnections } from './connection/session-connections.ts';
import { parseHiveCommand, rewriteHiveSpelling } from './hive/command.ts';
import type { CommandContext } from './hive/command-context.ts';
import { refuseEngineWide } from './hive/engine-wide.ts';
import { planOnly } from './hive/plan-only.ts';
import { runHiveCommand } from './hive/run-command.ts';
import { applyInitialSettings, takeInitialSettings } from './hive/initial-settings.ts';
import { substituteVariables } from './hive/variables.ts';
import { currentCatalog, currentDatabase, useDatabase } from './hive/use-command.ts';
import { readMetadata } from './metadata/read-metadata.ts';
import { type DuckDbOptions, duckDbArea, sessionOption } from './options.ts';
import type { ParkingLimits } from './result/parked-rows.ts';
import type { StreamCursor } from './result/stream-cursor.ts';
import { SessionState } from './session-state.ts';
import { splitName } from './sql/quote.ts';
import { userMacros } from './sql/user-macros.ts';
import { normalizeStatement } from './sql/statement.ts';
import { StatementRunner } from './statement-runner.ts';

/** Conf overlays by which Kyuubi's driver says what it wants; the statement that comes with them is not looked at. */
const GET_DATABASE = 'kyuubi.operation.get.current.database';
const SET_DATABASE = 'kyuubi.operation.set.current.database';
const GET_CATALOG = 'kyuubi.operation.get.current.catalog';
const SET_CATALOG = 'kyuubi.operation.set.current.catalog';

/** In this order: otherwise a bar is printed all the same. */
const TRACK_PROGRESS =
  'SET enable_progress_bar = true; SET enable_progress_bar_print = false; SET progress_bar_time = 0';

export interface SessionOptions {
  readonly spec: SessionSpec;
  readonly options: DuckDbOptions;
  readonly limits: ParkingLimits;
  /** What a session without a database of its own sees. */
  readonly defaultSearchPath: string;
  /** Whether it may change what holds for the whole engine. */
  readonly globalSettings: boolean;
  /** A new connection to the engine's instance. */
  readonly connect: () => Promise<Connection>;
  readonly onClose: () => void;
}

/** One session: its connections, its confs and its open results. */
export class DuckDbSession implements ExecutorSession {
  readonly #options: SessionOptions;
  readonly #initialConf: ReadonlyMap<string, string>;
  readonly #initialSettings: ReadonlyMap<string, string>;
  readonly #state: SessionState;
  readonly #connections: SessionConnections;
  readonly #runner: StatementRunner;
  readonly #cursors = new Set<StreamCursor>();
  readonly #running = new Set<AbortController>();

  constructor(options: SessionOptions) {
    const { limits, defaultSearchPath } = options;
    this.#options = options;
    this.#initialSettings = takeInitialSettings(options.spec.conf);
    this.#initialConf = new Map(options.spec.conf);
    this.#state = new SessionState(defaultSearchPath);
    this.#connections = new SessionConnections(async () => this.#connect());
    this.#runner = new StatementRunner({
      connections: this.#connections,
      state: this.#state,
      limits,
      cursors: this.#cursors,
      globalSettings: options.globalSettings,
    });
  }

  /** What the session is opened with. Throws STATEMENT_FAILED for a value that DuckDB does not take. */
  async applySettings(): Promise<void> {
    if (this.#initialSettings.size > 0) await applyInitialSettings(this.#context(neverAborted()));
  }

  /** Makes `database` (a catalog in front of it, where one is asked for) the current one. Throws 42704. */
  async use(catalog: string | null, database: string): Promise<void> {
    const name = splitName(database);
    await useDatabase(this.#context(neverAborted()), catalog === null ? name : [catalog, ...name]);
  }

  async execute(statement: string, context: StatementContext): Promise<ExecutorResult> {
    return this.#run(context, async (command) => {
      const answer = await answerOverlay(context.confOverlay, command);
      if (answer !== null) return answer;
      const text = substituteVariables(statement, command.conf);
      const sql = rewriteHiveSpelling(normalizeStatement(text, this.#hasBackslashEscapes));
      const hive = parseHiveCommand(sql);
      if (!command.globalSettings) refuseEngineWide(sql);
      if (hive !== null) return runHiveCommand(hive, command);
      const plan = await planOnly(command, context.confOverlay, sql);
      return plan ?? this.#runner.run(sql, { ...context, signal: command.signal });
    });
  }

  async metadata(request: MetadataRequest, context: StatementContext): Promise<ResultCursor> {
    return this.#run(context, async (command) => BatchCursor.of(await readMetadata(request, command)));
  }

  async close(): Promise<void> {
    for (const running of this.#running) running.abort();
    await Promise.all([...this.#cursors].map(async (cursor) => cursor.close()));
    await this.#connections.close();
    this.#options.onClose();
  }

  async #run<T>(context: StatementContext, run: (command: CommandContext) => Promise<T>): Promise<T> {
    // A signal of our own, for a session that is closed under a running statement.
    const running = new AbortController();
    if (context.signal.aborted) running.abort();
    context.signal.addEventListener('abort', () => running.abort(), { once: true });
    this.#running.add(running);
    try {
      return await run(this.#context(running.signal));
    } finally {
      this.#running.delete(running);
    }
  }

  get #hasBackslashEscapes(): boolean {
    const { spec, options } = this.#options;
    return sessionOption(duckDbArea.backslashEscapes, options.backslashEscapes, spec.conf);
  }

  #context(signal: AbortSignal): CommandContext {
    const { spec, options } = this.#options;
    const { conf } = spec;
    const showDialect = sessionOption(duckDbArea.showDialect, options.showDialect, conf);
    return {
      connections: this.#connections,
      state: this.#state,
      conf,
      initialConf: this.#initialConf,
      initialSettings: this.#initialSettings,
      ownSettings: new Map([
        [duckDbArea.backslashEscapes.name, String(this.#hasBackslashEscapes)],
        [duckDbArea.showDialect.name, showDialect],
      ]),
      showDialect,
      globalSettings: this.#options.globalSettings,
      signal,
    };
  }

  async #connect(): Promise<Connection> {
    const connection = await this.#options.connect();
    // Counted, and shown by nobody but who asks.
    await connection.run(neverAborted(), TRACK_PROGRESS);
    await connection.run(neverAborted(), userMacros(this.#options.spec.user));
    await this.#state.replayOn(connection, this.#options.defaultSearchPath);
    return connection;
  }
}

async function answerOverlay(
  overlay: Readonly<Record<string, string>>,
  context: CommandContext,
): Promise<ExecutorResult | null> {
  if (overlay[GET_DATABASE] !== undefined) return currentDatabase(context);
  if (overlay[GET_CATALOG] !== undefined) return currentCatalog(context);
  const database = overlay[SET_DATABASE] ?? overlay[SET_CATALOG];
  return database === undefined ? null : useDatabase(context, [database]);
}
