import {
  type Area,
  type AreaConfig,
  bool,
  Conf,
  int,
  type Key,
  key,
  list,
  readArea,
  text,
} from '@senbon/core';
import { z } from 'zod';

const units: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Bytes, written as a number with an optional unit of 1024: `64m`, `2GB`, `512 MiB`. */
const size = z.string().transform((value, context) => {
  const [, number, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*$/i.exec(value) ?? [];
  const factor = units[unit.toLowerCase()];
  if (number !== undefined && factor !== undefined) return Math.floor(Number(number) * factor);
  context.addIssue({ code: 'custom', message: 'expected a size such as 64m, 2g or a number of bytes' });
  return z.NEVER;
});

/** What an administrator can set of the DuckDB engine. */
export const duckDbArea = {
  database: key(
    'kyuubi.engine.duckdb.database',
    text,
    ':memory:',
    'File of the database, created when it does not exist; `:memory:` keeps everything in memory and loses it with the engine. A file serves one engine at a time.',
  ),
  readOnly: key(
    'kyuubi.engine.duckdb.read.only',
    bool,
    'false',
    'Opens the database file for reading only; several engines may then share it.',
  ),
  memoryLimitBytes: key(
    'kyuubi.engine.duckdb.memory.limit',
    size,
    null,
    "Most memory DuckDB takes before it spills to the temp directory. Unset: DuckDB's own default, 80% of the machine's.",
  ),
  threads: key(
    'kyuubi.engine.duckdb.threads',
    int(1, 1024),
    null,
    "Threads of DuckDB's, shared by all sessions of the engine. Unset: one a core.",
  ),
  externalAccess: key(
    'kyuubi.engine.duckdb.external.access',
    bool,
    'true',
    'Whether SQL may read and write files, attach databases and load extensions.',
  ),
  allowedDirectories: key(
    'kyuubi.engine.duckdb.allowed.directories',
    list,
    '',
    'Directories, comma-separated, that SQL may read and write all the same when `kyuubi.engine.duckdb.external.access` is false; links that lead out of them are not followed.',
  ),
  globalSettings: key(
    'kyuubi.engine.duckdb.global.settings',
    bool,
    'false',
    'Whether a session may change what holds for the whole engine and so for all its sessions: `SET threads`, `SET memory_limit`, `SET GLOBAL`, logging.',
  ),
  tempDirectory: key(
    'kyuubi.engine.duckdb.temp.directory',
    text,
    null,
    "Where DuckDB spills and results are put aside: each engine in a directory of its own below this one, which it removes at the end, and those of killed engines when it starts. Unset: below the system's.",
  ),
  maxMaterializedBytes: key(
    'kyuubi.engine.duckdb.result.max.materialized.bytes',
    size,
    '64m',
    'Memory for one result that is put aside because its session needs the connection; what is more goes to the temp directory.',
  ),
  maxSpooledBytes: key(
    'kyuubi.engine.duckdb.result.max.spooled.bytes',
    size,
    '16g',
    'Disk for one result that is put aside. A larger one fails.',
  ),
  maxSpooledTotalBytes: key(
    'kyuubi.engine.duckdb.result.max.spooled.total.bytes',
    size,
    '64g',
    'Disk for all results of an engine that are put aside at a time. One that finds no room fails.',
  ),
  backslashEscapes: key(
    'kyuubi.engine.duckdb.backslash.escapes',
    bool,
    'true',
    "Whether a backslash before `'`, `\"`, `\\`, `n`, `r` and `t` is an escape in `'…'`, as in Hive: its drivers write parameters that way. A session may set it for itself.",
  ),
  showDialect: key(
    'kyuubi.engine.duckdb.show.dialect',
    z.enum(['hive', 'impala']),
    'hive',
    'Whose column labels `SHOW DATABASES`, `SHOW TABLES`, `DESCRIBE` and `SET` answer with. `impala` is what Ibis reads. A session may set it for itself.',
  ),
  planOnlyMode: key(
    'kyuubi.operation.plan.only.mode',
    // Checked at the statement: what a Spark engine knows and DuckDB does not must keep no engine from its start.
    text,
    'none',
    'The plan in place of the result: `parse`, `analyze` (logical plan), `optimize`, `optimize_with_stats` (optimised), `physical`, `execution` (physical). A session or statement may set it for itself.',
  ),
  planOnlyStyle: key(
    'kyuubi.operation.plan.only.output.style',
    text,
    'plain',
    '`plain` or `json`. A session or statement may set it for itself.',
  ),
} as const satisfies Area;

/** Column labels of `SHOW` and its like. */
export type ShowDialect = DuckDbOptions['showDialect'];

export type DuckDbOptions = AreaConfig<typeof duckDbArea>;

/** The options in an engine's configuration. Throws CONFIG_INVALID for a value that does not parse. */
export function readDuckDbOptions(conf: ReadonlyMap<string, string>): DuckDbOptions {
  return readArea(duckDbArea, Conf.of(Object.fromEntries(conf), 'engine configuration'));
}

/** `entry` as a session has set it, with or without quotes; `fallback` when it has not, or has to a value of no sense. */
export function sessionOption<T>(entry: Key<T>, fallback: T, conf: ReadonlyMap<string, string>): T {
  const value = conf.get(entry.name);
  if (value === undefined) return fallback;
  const parsed = entry.parse.safeParse(value.replace(/^'(.*)'$/, '$1'));
  return parsed.success ? parsed.data : fallback;
}
