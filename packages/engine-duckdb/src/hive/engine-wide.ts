import { failed } from '../connection/duckdb-error.ts';
import { type Piece, scan } from '../sql/lexer.ts';

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
  let isPragma: boolean | null = null;
  let name: string | null = null;
  for (const piece of scan(sql)) {
    const text = piece.kind === 'comment' ? '' : piece.text.trimStart();
    if (text === '') continue;
    isPragma ??= text.toUpperCase() === 'PRAGMA';
    if (name !== null && text.startsWith('(')) throw engineWide(name);
    name = isName(piece) ? text : null;
    if (name !== null && isPragma) throw engineWide(name);
  }
}

function isName({ kind, text }: Piece): boolean {
  return (kind === 'word' || kind === 'quoted') && ENGINE_WIDE.test(text);
}
