import { failed } from '../connection/duckdb-error.ts';

/** Each name is held against the whole pattern on the engine's event loop; longer ones are no person's. */
const MAX_PATTERN_CHARS = 4_096;

/**
 * The pattern of `SHOW TABLES LIKE '…'`: `*` and `%` stand for any text, `|` between alternatives, upper and lower
 * case are one. `null` lets every name pass. No regular expression: several `*` would make one that backtracks for
 * seconds, while all sessions of the engine wait. Throws 54000 for a pattern that is too long.
 */
export function namePattern(pattern: string | null): (name: string) => boolean {
  if (pattern === null) return () => true;
  if (pattern.length > MAX_PATTERN_CHARS) {
    throw failed(
      '54000',
      `The pattern has ${pattern.length} characters; at most ${MAX_PATTERN_CHARS} are possible`,
    );
  }
  const alternatives = pattern
    .toLowerCase()
    .split('|')
    .map((alternative) => alternative.trim().split(/[*%]+/));
  return (name) => {
    const lower = name.toLowerCase();
    return alternatives.some((pieces) => matches(pieces, lower));
  };
}

/** `pieces` stand in `name` in this order: the first at its beginning, the last at its end, each other as early as it can. */
function matches(pieces: readonly string[], name: string): boolean {
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  const last = pieces.at(-1) ?? '';
  return name.length - last.length >= at && name.endsWith(last);
}
