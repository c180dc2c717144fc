/** Statements an engine runs at once (`kyuubi.backend.engine.exec.pool.size`) and Kyuubi's default of it. */
const EXEC_POOL_KEY = 'kyuubi.backend.engine.exec.pool.size';
const EXEC_POOL_DEFAULT = 100;
/** Threads beyond those, for fetches, files and name look-ups. */
const SPARE = 28;
/** libuv's own limit. */
const MAX_THREADS = 1024;

/**
 * The environment of an engine process. DuckDB's library holds a thread of libuv's pool for as long as a statement
 * runs, and the pool has four: with four long statements nothing else would move, not even a fetch. The size counts
 * only when it is set before the process starts. One that is set already stays.
 */
export function threadPoolEnv(
  conf: ReadonlyMap<string, string>,
  inherited: string | undefined = process.env.UV_THREADPOOL_SIZE,
): Readonly<Record<string, string>> {
  const statements = Number(conf.get(EXEC_POOL_KEY) ?? EXEC_POOL_DEFAULT) || EXEC_POOL_DEFAULT;
  return { UV_THREADPOOL_SIZE: inherited ?? String(Math.min(MAX_THREADS, statements + SPARE)) };
}
