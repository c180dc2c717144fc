import type { UrlPart } from './url-part.ts';

export interface PairsOptions {
  /** Whether a key may come twice with the same value. */
  readonly allowsSame: boolean;
}

/** `k=v;k=v`. Decoded after the split, so that `%3B` is a semicolon in a value. Empty pieces are passed over. */
export function parsePairs(part: UrlPart, { allowsSame }: PairsOptions): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const piece of part.split(/;/)) {
    if (piece.text.trim() === '') continue;
    const equals = piece.text.indexOf('=');
    // Perhaps the rest of a password that holds a semicolon.
    if (equals < 0) throw piece.hidden().invalid('this is not key=value; a ; within a value is written %3B');
    const key = piece.from(0, equals).decoded().trim();
    if (key === '') throw piece.invalid('the key before = is missing');
    const value = decodedValue(piece, equals);
    const before = pairs.get(key);
    if (before !== undefined && !(allowsSame && before === value)) {
      throw piece.invalid(`${key} has a value already; a key may stand there once`);
    }
    pairs.set(key, value);
  }
  return pairs;
}

/** An error is about the whole piece, which shows its key and hides its value. */
function decodedValue(piece: UrlPart, equals: number): string {
  try {
    return piece.from(equals + 1).decoded();
  } catch {
    throw piece.invalid('a % must begin an escape of UTF-8, as in %3B; write a % itself as %25');
  }
}
