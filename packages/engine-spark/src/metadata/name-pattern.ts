import { jdbcPattern } from '@senbon/engine-host';

/** Whether a name is meant. Names of Spark's have no case. */
export type NameFilter = (name: string) => boolean;

/**
 * By the pattern of a metadata call. Not one regular expression for all of it: several `%` would make one that backtracks
 * for minutes, while all sessions of the engine wait.
 */
export function namePattern(pattern: string | null): NameFilter {
  const text = jdbcPattern(pattern);
  if (text === null) return () => true;
  const [first = '', ...others] = piecesOf(text);
  const last = others.pop();
  if (last === undefined) {
    const whole = new RegExp(`^${first}$`, 'is');
    return (name) => whole.test(name);
  }
  const begin = new RegExp(`^${first}`, 'is');
  const middle = others.map((piece) => new RegExp(piece, 'gis'));
  const end = new RegExp(`${last}$`, 'is');
  return (name) => {
    let at = begin.exec(name)?.[0].length ?? -1;
    for (const piece of middle) {
      if (at < 0) return false;
      piece.lastIndex = at;
      at = piece.test(name) ? piece.lastIndex : -1;
    }
    return at >= 0 && end.test(name.slice(at));
  };
}

/** What stands between any texts, each as a regular expression of one character after the other. */
function piecesOf(pattern: string): readonly string[] {
  const pieces: string[] = [];
  let piece = '';
  for (let i = 0; i < pattern.length; i++) {
    let char = pattern.charAt(i);
    if (char === '%') {
      pieces.push(piece);
      piece = '';
    } else if (char === '_') piece += '.';
    else {
      if (char === '\\' && i + 1 < pattern.length) char = pattern.charAt(++i);
      piece += char.replace(/[\\^$.*+?()[\]{}|/-]/, String.raw`\$&`);
    }
  }
  return [...pieces, piece];
}

/** The pattern's ` LIKE '…'` for a SHOW command, which lets pass at least what the pattern does; empty where none is plain enough. */
export function likeClause(pattern: string | null): string {
  if (pattern === null || pattern === '%' || !/^[\w%]+$/.test(pattern)) return '';
  // In Spark's patterns `*` is any text, `|` an alternative, and the rest a regular expression.
  return ` LIKE '${pattern.replace(/[%_]/g, '*')}'`;
}

export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

export function quotePath(...names: readonly string[]): string {
  return names.map(quoteName).join('.');
}
