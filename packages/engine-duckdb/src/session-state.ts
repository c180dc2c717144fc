import { StatementType } from '@duckdb/node-api';
import { ZoneClock } from '@senbon/engine-host';
import { type Connection, neverAborted } from './connection/connection.ts';
import { literal } from './sql/quote.ts';

/** Statements that leave nothing behind on the connection they ran on, as long as they do not speak of temp objects. */
const stateless: ReadonlySet<number> = new Set([
  StatementType.SELECT,
  StatementType.INSERT,
  StatementType.UPDATE,
  StatementType.DELETE,
  StatementType.MERGE_INTO,
  StatementType.EXPLAIN,
  StatementType.CREATE,
  StatementType.CREATE_FUNC,
  StatementType.ALTER,
  StatementType.DROP,
  StatementType.COPY,
  StatementType.EXPORT,
  StatementType.ANALYZE,
  StatementType.VACUUM,
  StatementType.ATTACH,
  StatementType.DETACH,
  StatementType.LOAD,
  StatementType.UPDATE_EXTENSIONS,
  StatementType.COPY_DATABASE,
]);

/**
 * What a session has changed on its connection. Search path and local settings can be set up again on another
 * connection; temporary objects, variables, prepared statements, a seed and an open transaction cannot.
 */
export class SessionState {
  /** `SET …` statements by lower-case key, for connections opened later. */
  readonly #settings = new Map<string, string>();
  #searchPath: string;
  #isLocal = false;
  #isInTransaction = false;
  #clock: ZoneClock | null = null;

  constructor(searchPath: string) {
    this.#searchPath = searchPath;
  }

  get isInTransaction(): boolean {
    return this.#isInTransaction;
  }

  /** Whether another connection can be set up to be as good as the session's own. */
  get isReplayable(): boolean {
    return !this.#isLocal && !this.#isInTransaction;
  }

  /** Settings this session has made, by key. */
  get settingKeys(): readonly string[] {
    return [...this.#settings.keys()];
  }

  setSearchPath(searchPath: string): void {
    this.#searchPath = searchPath;
  }

  keepSetting(key: string, sql: string): void {
    this.#settings.set(key.toLowerCase(), sql);
    this.#clock = null;
  }

  dropSetting(key: string): void {
    this.#settings.delete(key.toLowerCase());
    this.#clock = null;
  }

  /** Before a statement runs on the session's own connection: what it may leave there. */
  noteBefore(type: StatementType, sql: string): void {
    if (type === StatementType.TRANSACTION) return;
    if (!stateless.has(type)) {
      this.#isLocal = true;
      this.#clock = null;
    } else if (type === StatementType.SELECT ? /\bsetseed\b/i.test(sql) : /\btemp(orary)?\b/i.test(sql)) {
      this.#isLocal = true;
    }
  }

  /** After it has run. A COMMIT that fails has rolled back, so the transaction is over either way. */
  noteAfter(type: StatementType, sql: string, hasFailed: boolean): void {
    if (type !== StatementType.TRANSACTION) return;
    const begins = /^(begin|start)\b/i.test(sql);
    if (begins && hasFailed) return;
    this.#isInTransaction = begins;
  }

  markLocal(): void {
    this.#isLocal = true;
  }

  /** Sets up a fresh connection as the session's others are. */
  async replayOn(connection: Connection, fallbackSearchPath: string): Promise<void> {
    for (const sql of this.#settings.values()) await connection.run(neverAborted(), sql);
    try {
      await connection.run(neverAborted(), `SET search_path = ${literal(this.#searchPath)}`);
    } catch {
      // The current database was dropped meanwhile. Without a path that exists no statement could run, not even USE.
      await connection.run(neverAborted(), `SET search_path = ${literal(fallbackSearchPath)}`);
    }
  }

  /** The session's time zone; asked once after each change. `connection` must be free. */
  async clock(connection: Connection, signal: AbortSignal): Promise<ZoneClock> {
    if (this.#clock === null) {
      const [row] = await connection.rows(signal, `SELECT current_setting('TimeZone') AS zone`);
      this.#clock = new ZoneClock(String(row?.zone ?? 'UTC'));
    }
    return this.#clock;
  }
}
