import { jdbcPattern } from '@senbon/engine-host';

/** Whether a name is meant. Names of Spark's have no case. */
export type NameFilter = (name: string) => boolean;

/** By the pattern of a metadata call. */
export function namePattern(pattern: string | null): NameFilter {
  const text = jdbcPattern(pattern);
  if (text === null) return () => true;
  let source = '';
  for (let i = 0; i < text.length; i++) {
    let char = text.charAt(i);
    if (char === '%') source += '.*';
    else if (char === '_') source += '.';
    else {
      if (char === '\\' && i + 1 < text.length) char = text.charAt(++i);
      source += char.replace(/[\\^$.*+?()[\]{}|/-]/, String.raw`\$&`);
    }
  }
  const expression = new RegExp(`^${source}$`, 'is');
  return (name) => expression.test(name);
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
