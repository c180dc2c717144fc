import { randomUUID } from 'node:crypto';
import { SenbonError } from '@senbon/core';
import {
  BatchCursor,
  type ExecutorResult,
  type ExecutorSession,
  type MetadataRequest,
  type ResultCursor,
  rowsResult,
  type SessionSpec,
  type StatementContext,
  textColumns,
} from '@senbon/engine-host';
import type { ConnectSession } from './connect/connect-session.ts';
import { Execution } from './connect/execution.ts';
import { failed, statementError } from './connect/spark-error.ts';
import { quoteName, quotePath } from './metadata/name-pattern.ts';
import { readMetadata } from './metadata/read-metadata.ts';
import type { CatalogSource } from './metadata/spark-catalog.ts';
import { planOnly, planStage } from './plan-only.ts';
import type { Plan } from './proto/connect-messages.ts';
import { arrowCursor } from './result/arrow-cursor.ts';
import { textRows } from './result/query-rows.ts';
import { ResponseReader } from './result/response-reader.ts';
import { applyConfs } from './session-confs.ts';
import type { Forgettable, SessionRoster } from './session-roster.ts';
import { hiveType } from './types/hive-type.ts';
import { fieldsOf } from './types/spark-type.ts';

/** Conf overlays by which Kyuubi's driver says what it wants; the statement that comes with them is not looked at. */
const GET_DATABASE = 'kyuubi.operation.get.current.database';
const SET_DATABASE = 'kyuubi.operation.set.current.database';
const GET_CATALOG = 'kyuubi.operation.get.current.catalog';
const SET_CATALOG = 'kyuubi.operation.set.current.catalog';

const DEFAULT_DATABASE = 'default';
const LANGUAGE = 'kyuubi.operation.language';
/** In each session's confs, where a forgotten session's successor has it not. */
const MARKER = 'spark.senbon.session.id';
const SESSION_GONE = '08003';
const FORGOTTEN =
  'Spark has forgotten this session, its settings and its temporary views: Spark 3.5 keeps a hundred sessions. ' +
  'Open a new one; with more engines (kyuubi.engine.share.level, subdomains) each has fewer';
/** `SET kyuubi.….=v`, whose readers are this engine's host and this session. */
const SET_OF_OURS = /^\s*SET\s+(kyuubi\.[\w.-]+)\s*=\s*(.*?)\s*;?\s*$/is;

export interface SparkSessionOptions {
  readonly spec: SessionSpec;
  readonly session: ConnectSession;
  /** Where the server forgets sessions; else `null`. */
  readonly roster: SessionRoster | null;
  readonly warn: (problem: string) => void;
  readonly onClose: () => void;
}

/** One JDBC session: one Spark session, and what runs in it. */
export class SparkSession implements ExecutorSession, Forgettable {
  readonly #options: SparkSessionOptions;
  readonly #running = new Set<Execution>();
  #lastUse = 0;
  #isForgotten = false;

  constructor(options: SparkSessionOptions) {
    this.#options = options;
  }

  /** Sets it up as its opener wants it. Throws STATEMENT_FAILED for a database or catalog that does not exist. */
  async open(): Promise<void> {
    const { spec, session, roster, warn } = this.#options;
    if (roster !== null) {
      await session.config({ set: { pairs: [{ key: MARKER, value: spec.id }] } });
      roster.add(this);
      this.#lastUse = roster.now;
    }
    await applyConfs(session, spec.conf, warn);
    const catalog = spec.conf.get('use:catalog');
    if (catalog !== undefined && catalog !== '') await this.#quietly(`SET CATALOG ${quoteName(catalog)}`);
    if (spec.database !== DEFAULT_DATABASE)
      await this.#quietly(`USE ${quotePath(...spec.database.split('.'))}`);
  }

  async execute(statement: string, context: StatementContext): Promise<ExecutorResult> {
    await this.#rely();
    const { confOverlay } = context;
    this.#requireSql(confOverlay);
    const overlaid = await this.#answerOverlay(context);
    if (overlaid !== null) return overlaid;
    const [, key, value] = SET_OF_OURS.exec(statement) ?? [];
    const { spec } = this.#options;
    const stage = key === undefined ? planStage(spec.conf, confOverlay) : null;
    if (stage !== null) {
      return planOnly(stage, async (sql) => textRows(await this.#sql(sql, context)), statement);
    }
    const result = await this.#sql(statement, context);
    if (key !== undefined && value !== undefined) spec.conf.set(key, value);
    return result;
  }

  async metadata(request: MetadataRequest, context: StatementContext): Promise<ResultCursor> {
    await this.#rely();
    return BatchCursor.of(await readMetadata(request, this.#catalogSource(context)));
  }

  /** Notices whether Spark has it still. Never rejects. */
  async touch(): Promise<void> {
    const { session, spec } = this.#options;
    try {
      const confs = await session.config({ getOption: { keys: [MARKER] } });
      this.#isForgotten ||= confs.get(MARKER) !== spec.id;
    } catch {
      // A server that cannot be asked is noticed by whoever uses the session.
    }
  }

  async close(): Promise<void> {
    this.#options.roster?.delete(this);
    for (const execution of this.#running) execution.close();
    this.#options.onClose();
    await this.#options.session.close();
  }

  /** Scala and Python are for Kyuubi's own engine. */
  #requireSql(overlay: Readonly<Record<string, string>>): void {
    const language = overlay[LANGUAGE] ?? this.#options.spec.conf.get(LANGUAGE) ?? 'SQL';
    if (language.trim().toUpperCase() === 'SQL') return;
    throw failed('0A000', `${LANGUAGE} is ${language}; this engine runs SQL`);
  }

  /** A session that Spark had forgotten would be a new one, without the views and settings of the old. */
  async #rely(): Promise<void> {
    const { roster } = this.#options;
    if (roster === null) return;
    if (roster.isRisky(this.#lastUse)) await this.touch();
    this.#lastUse = roster.now;
    if (this.#isForgotten) throw failed(SESSION_GONE, FORGOTTEN);
  }

  async #answerOverlay(context: StatementContext): Promise<ExecutorResult | null> {
    const overlay = context.confOverlay;
    if (overlay[GET_DATABASE] !== undefined) return this.#current('current_database()', context);
    if (overlay[GET_CATALOG] !== undefined) return this.#current('current_catalog()', context);
    const [catalog, database] = [overlay[SET_CATALOG], overlay[SET_DATABASE]];
    if (catalog !== undefined) return this.#sql(`SET CATALOG ${quoteName(catalog)}`, context);
    return database === undefined ? null : this.#sql(`USE ${quoteName(database)}`, context);
  }

  async #current(expression: string, context: StatementContext): Promise<ExecutorResult> {
    const [row] = await textRows(await this.#sql(`SELECT ${expression}`, context));
    return rowsResult(textColumns(expression), [[row?.[0] ?? null]]);
  }

  async #quietly(statement: string): Promise<void> {
    await this.#sql(statement, quietContext());
  }

  #catalogSource(context: StatementContext): CatalogSource {
    const quiet = { ...quietContext(), signal: context.signal };
    return {
      rows: async (sql) => textRows(await this.#sql(sql, quiet)),
      analyze: async (sql) => {
        const plan = { root: { sql: { query: sql } } };
        const { session } = this.#options;
        try {
          const { schema } = await session.analyze({ schema: { plan } }, { signal: context.signal });
          return fieldsOf(schema?.schema ?? {});
        } catch (error) {
          throw statementError(error);
        }
      },
    };
  }

  async #sql(query: string, context: StatementContext): Promise<ExecutorResult> {
    return this.#run({ root: { sql: { query } } }, context);
  }

  async #run(plan: Plan, context: StatementContext): Promise<ExecutorResult> {
    const { session } = this.#options;
    const { signal } = context;
    if (signal.aborted) throw new SenbonError('OPERATION_CANCELED');
    const execution = new Execution({
      session,
      plan,
      operationId: randomUUID(),
      signal,
      onEnd: () => this.#running.delete(execution),
    });
    this.#running.add(execution);
    const reader = new ResponseReader(session, execution, context);
    const fields = await reader.open();
    if (fields.length === 0) {
      execution.close();
      return { rows: null };
    }
    const schema = fields.map(({ name, type }) => ({ name, type: hiveType(type) }));
    return { rows: { schema, cursor: arrowCursor(fields, reader) } };
  }
}

function quietContext(): StatementContext {
  return { signal: new AbortController().signal, confOverlay: {}, log: () => undefined };
}
