import { tmpdir } from 'node:os';
import { DuckDBInstance, version } from '@duckdb/node-api';
import {
  ByteBudget,
  type Executor,
  type ExecutorInfo,
  type ExecutorSession,
  type SessionSpec,
} from '@senbon/engine-host';
import { Connection, neverAborted } from './connection/connection.ts';
import { failed } from './connection/duckdb-error.ts';
import { DEFAULT_DATABASE, searchPathOf } from './hive/search-path.ts';
import type { DuckDbOptions } from './options.ts';
import { secureInstance } from './secure-instance.ts';
import type { ParkingLimits } from './result/parked-rows.ts';
import { DuckDbSession } from './session.ts';
import { openFailure } from './open-failure.ts';
import { identifier } from './sql/quote.ts';
import { openTempDirectory, type TempDirectory } from './temp-directory.ts';

/**
 * DuckDB's allocator gives freed pages back to the system only while it is asked for new ones: an engine that rests after a
 * large result would keep hundreds of megabytes. With threads of its own it does so within seconds, whoever asks.
 */
const GIVE_MEMORY_BACK = { allocator_background_threads: 'true' };

/**
 * Opens the database and answers statements on it, as `runEngine` of `@senbon/engine-host` asks.
 * Throws DATABASE_UNUSABLE when DuckDB cannot open it, as a file that another engine holds.
 */
export async function createDuckDbExecutor(options: DuckDbOptions): Promise<Executor> {
  const directory = await openTempDirectory(options.tempDirectory ?? tmpdir());
  try {
    const instance = await openInstance(options, directory.path);
    const defaultSearchPath = await prepareDatabase(instance, options);
    return new DuckDbExecutor({ instance, options, directory, defaultSearchPath });
  } catch (error) {
    await directory.close();
    throw error;
  }
}

interface Opened {
  readonly instance: DuckDBInstance;
  readonly options: DuckDbOptions;
  readonly directory: TempDirectory;
  readonly defaultSearchPath: string;
}

class DuckDbExecutor implements Executor {
  readonly info: ExecutorInfo;
  readonly tempDirectory: string;
  readonly #limits: ParkingLimits;
  readonly #opened: Opened;
  readonly #sessions = new Set<DuckDbSession>();
  #isClosed = false;

  constructor(opened: Opened) {
    const { options, directory } = opened;
    this.#opened = opened;
    this.tempDirectory = directory.path;
    this.#limits = {
      maxMemoryBytes: options.maxMaterializedBytes,
      maxDiskBytes: options.maxSpooledBytes,
      disk: new ByteBudget(options.maxSpooledTotalBytes),
      directory: directory.path,
    };
    this.info = { serverName: 'DuckDB', dbmsName: 'DuckDB', dbmsVersion: version().replace(/^v/, '') };
  }

  async openSession(spec: SessionSpec): Promise<ExecutorSession> {
    if (this.#isClosed) throw failed('08003', 'the engine is closed');
    const { instance, options, defaultSearchPath } = this.#opened;
    const session = new DuckDbSession({
      spec,
      options,
      limits: this.#limits,
      defaultSearchPath,
      globalSettings: options.globalSettings,
      connect: async () => new Connection(await instance.connect()),
      onClose: () => this.#sessions.delete(session),
    });
    this.#sessions.add(session);
    try {
      await session.applySettings();
      const catalog = spec.conf.get('use:catalog') ?? null;
      if (catalog !== null || spec.database !== DEFAULT_DATABASE) await session.use(catalog, spec.database);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.all([...this.#sessions].map(async (session) => session.close()));
    this.#opened.instance.closeSync();
    await this.#opened.directory.close();
  }
}

async function openInstance(options: DuckDbOptions, directory: string): Promise<DuckDBInstance> {
  const config: Record<string, string> = { temp_directory: directory, ...GIVE_MEMORY_BACK };
  if (options.memoryLimitBytes !== null) config.memory_limit = `${options.memoryLimitBytes}B`;
  if (options.threads !== null) config.threads = String(options.threads);
  if (options.readOnly) config.access_mode = 'READ_ONLY';
  try {
    return await DuckDBInstance.create(options.database, config);
  } catch (error) {
    throw openFailure(options.database, error);
  }
}

/** Makes the Hive database `default`, closes the door to files, and returns the search path of a new session. */
async function prepareDatabase(instance: DuckDBInstance, options: DuckDbOptions): Promise<string> {
  const connection = new Connection(await instance.connect());
  try {
    if (!options.readOnly) {
      await connection.run(neverAborted(), `CREATE SCHEMA IF NOT EXISTS ${identifier(DEFAULT_DATABASE)}`);
    }
    const [row] = await connection.rows(
      neverAborted(),
      `SELECT current_catalog() AS catalog, count(*) > 0 AS has_default FROM duckdb_schemas()
       WHERE database_name = current_catalog() AND schema_name = '${DEFAULT_DATABASE}'`,
    );
    const schema = row?.has_default === true ? DEFAULT_DATABASE : 'main';
    await secureInstance(connection, options);
    return searchPathOf({ catalog: String(row?.catalog), schema });
  } finally {
    await connection.close();
  }
}
