import { failed } from '../connection/duckdb-error.ts';
import { type Token, tokenize } from '../sql/lexer.ts';

/** Functions and pragmas of DuckDB that change what all sessions of an engine share. */
const ENGINE_WIDE =
  /^"?(?:enable_logging|disable_logging|truncate_duckdb_logs|(?:enable|disable)_checkpoint_on_shutdown)"?$/i;

/** `SET threads` and the like, where a session may not. */
export function engineWide(what: string): Error {
  return failed(
    '42501',
    `${what} holds for the whole engine and so for other sessions; it can be changed by the administrator, ` +
      'or by a session where kyuubi.engine.duckdb.global.settings=true',
  );
}

/** Throws 42501 for a statement that calls one of the functions above; DuckDB has no lock for those. */
export function refuseEngineWide(sql: string): void {
  if (!/logg|_checkpoint_/i.test(sql)) return;
  const tokens = tokenize(sql).filter(({ kind }) => kind !== 'space' && kind !== 'comment');
  const isPragma = tokens[0]?.text.toUpperCase() === 'PRAGMA';
  const found = tokens.find((token, i) => isName(token) && (isPragma || tokens[i + 1]?.text === '('));
  if (found !== undefined) throw engineWide(found.text);
}

function isName({ kind, text }: Token): boolean {
  return (kind === 'word' || kind === 'quoted') && ENGINE_WIDE.test(text);
}
