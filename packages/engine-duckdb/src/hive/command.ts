import { scan } from '../sql/lexer.ts';
import { splitName } from '../sql/quote.ts';

/** Statements of Hive that DuckDB does not know, or answers in a way that Hive's clients cannot read. */
export type HiveCommand =
  | { readonly kind: 'setList'; readonly withEngine: boolean }
  | { readonly kind: 'setShow'; readonly key: string }
  | { readonly kind: 'setAssign'; readonly key: string; readonly value: string; readonly isGlobal: boolean }
  | { readonly kind: 'reset'; readonly key: string | null; readonly isGlobal: boolean }
  | { readonly kind: 'use'; readonly name: readonly string[] }
  | { readonly kind: 'currentDatabase' }
  | { readonly kind: 'showDatabases'; readonly pattern: string | null }
  | {
      readonly kind: 'showTables';
      readonly database: readonly string[] | null;
      readonly pattern: string | null;
      readonly onlyViews: boolean;
    }
  | { readonly kind: 'showColumns'; readonly table: readonly string[] }
  | { readonly kind: 'showCreateTable'; readonly table: readonly string[] }
  | { readonly kind: 'showFunctions'; readonly pattern: string | null }
  | { readonly kind: 'describe'; readonly table: readonly string[] };

const PART = String.raw`(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`;
const NAME = `${PART}(?:\\.${PART})*`;
const LIKE = String.raw`(?:\s+(?:LIKE\s+)?'(?<pattern>(?:[^']|'')*)')?`;
const IN = `(?:\\s+(?:IN|FROM)\\s+(?<db>${NAME}))?`;

type Groups = Readonly<Record<string, string | undefined>>;
interface Form {
  readonly pattern: RegExp;
  readonly command: (groups: Groups) => HiveCommand;
}

function form(pattern: string, command: Form['command']): Form {
  return { pattern: new RegExp(`^${pattern}$`, 'isu'), command };
}

const forms: readonly Form[] = [
  form('SET', () => ({ kind: 'setList', withEngine: false })),
  form(String.raw`SET\s+-v`, () => ({ kind: 'setList', withEngine: true })),
  form(String.raw`SET\s+TIME\s+ZONE\s+(?<value>.*)`, ({ value }) => assign('TimeZone', value)),
  // A key and an equals sign (or TO); what has other words (`SET VARIABLE x = 1`) is DuckDB's.
  form(
    String.raw`(?:SET|PRAGMA)\s+(?:(?<scope>GLOBAL|SESSION|LOCAL)\s+)?(?<key>[^\s=']+)\s*(?:=|\sTO\s)\s*(?<value>.*)`,
    ({ scope, key, value }) => assign(stripScope(key), value, scope),
  ),
  form(String.raw`SET\s+(?<key>[^\s=']+)`, ({ key }) => ({ kind: 'setShow', key: stripScope(key) })),
  form(String.raw`RESET(?:\s+(?<scope>GLOBAL|SESSION|LOCAL))?(?:\s+(?<key>[^\s=']+))?`, ({ scope, key }) => ({
    kind: 'reset',
    key: key === undefined ? null : stripScope(key),
    isGlobal: isGlobal(scope),
  })),
  form(`USE\\s+(?:DATABASE\\s+|SCHEMA\\s+)?(?<name>${NAME})`, ({ name }) => ({
    kind: 'use',
    name: splitName(name ?? ''),
  })),
  form(String.raw`SELECT\s+current_database\s*\(\s*\)(?:\s+(?:AS\s+)?\w+)?`, () => ({
    kind: 'currentDatabase',
  })),
  form(`SHOW\\s+(?:DATABASES|SCHEMAS)${LIKE}`, ({ pattern }) => ({
    kind: 'showDatabases',
    pattern: unquote(pattern),
  })),
  form(`SHOW\\s+(?<what>TABLES|VIEWS)${IN}${LIKE}`, ({ what, db, pattern }) => ({
    kind: 'showTables',
    database: db === undefined ? null : splitName(db),
    pattern: unquote(pattern),
    onlyViews: what?.toUpperCase() === 'VIEWS',
  })),
  form(`SHOW\\s+COLUMNS\\s+(?:IN|FROM)\\s+(?<name>${NAME})${IN}`, ({ name, db }) => ({
    kind: 'showColumns',
    table: [...splitName(db ?? ''), ...splitName(name ?? '')],
  })),
  form(`SHOW\\s+CREATE\\s+(?:TABLE|VIEW)\\s+(?<name>${NAME})`, ({ name }) => ({
    kind: 'showCreateTable',
    table: splitName(name ?? ''),
  })),
  form(`SHOW\\s+FUNCTIONS${LIKE}`, ({ pattern }) => ({ kind: 'showFunctions', pattern: unquote(pattern) })),
  form(
    `(?:DESCRIBE|DESC)\\s+(?:TABLE\\s+)?(?:(?:EXTENDED|FORMATTED)\\s+)?(?!(?:SELECT|FROM|VALUES|TABLE|DATABASE|SCHEMA|FUNCTION)\\b)(?<name>${NAME})`,
    ({ name }) => ({ kind: 'describe', table: splitName(name ?? '') }),
  ),
];

/**
 * Longer ones are none of these, whose patterns would overflow V8's stack. A `SET` is read all the same: its value is a
 * loop over any character, which does not.
 */
const MAX_COMMAND_CHARS = 64 * 1024;

/** The command that `sql`, as `normalizeStatement` returns it, is; `null` for a statement of DuckDB's. */
export function parseHiveCommand(statement: string): HiveCommand | null {
  const sql = withoutComments(statement);
  if (sql.length > MAX_COMMAND_CHARS && !/^(?:SET|PRAGMA)\b/i.test(sql)) return null;
  for (const { pattern, command } of forms) {
    const found = pattern.exec(sql);
    if (found !== null) return command(found.groups ?? {});
  }
  return null;
}

/** Comments may stand between any two words. */
function withoutComments(sql: string): string {
  if (!/--|\/\*/.test(sql)) return sql;
  let result = '';
  let copied = 0;
  for (const { kind, text, at } of scan(sql)) {
    if (kind !== 'comment') continue;
    result += `${sql.slice(copied, at)} `;
    copied = at + text.length;
  }
  return (result + sql.slice(copied)).trim();
}

/**
 * Hive's databases are DuckDB's schemas: `CREATE DATABASE x` and `DROP DATABASE x` say SCHEMA there. `INSERT INTO TABLE t`,
 * which SQLAlchemy's dialect for Hive writes, has no TABLE.
 */
export function rewriteHiveSpelling(sql: string): string {
  return sql
    .replace(/^(CREATE|DROP)(\s+)DATABASE\b/i, '$1$2SCHEMA')
    .replace(/^(INSERT\s+INTO\s+)TABLE\s+/i, '$1');
}

function assign(key: string, value = '', scope?: string): HiveCommand {
  return { kind: 'setAssign', key, value: value.trim(), isGlobal: isGlobal(scope) };
}

function isGlobal(scope: string | undefined): boolean {
  return scope?.toUpperCase() === 'GLOBAL';
}

function stripScope(key = ''): string {
  return key.replace(/^(?:hiveconf|hivevar|metaconf|system|env):/i, '').replace(/^"(.*)"$/, '$1');
}

function unquote(pattern: string | undefined): string | null {
  return pattern === undefined ? null : pattern.replaceAll("''", "'");
}
