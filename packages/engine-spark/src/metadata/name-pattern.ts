/** Whether a name is meant. Names of Spark's have no case. */
export type NameFilter = (name: string) => boolean;

/**
 * A JDBC pattern (`%`, `_`, `\` as escape). `null`, empty and `*` filter nothing: several drivers send those for "all".
 * impyla writes `.*` for any text, which Hive lets pass because its patterns become regular expressions.
 */
export function namePattern(pattern: string | null): NameFilter {
  if (pattern === null || pattern === '' || pattern === '%' || pattern === '*') return () => true;
  let source = '';
  const text = pattern.replaceAll('.*', '%');
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
