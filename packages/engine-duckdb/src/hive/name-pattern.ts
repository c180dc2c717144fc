/**
 * The pattern of `SHOW TABLES LIKE '…'`: `*` and `%` stand for any text, `|` between alternatives, upper and lower
 * case are one. `null` lets every name pass.
 */
export function matchesPattern(pattern: string | null, name: string): boolean {
  if (pattern === null) return true;
  return pattern.split('|').some((alternative) => {
    const source = alternative
      .trim()
      .replace(/[.+?^${}()[\]\\]/g, String.raw`\$&`)
      .replace(/[*%]/g, '.*');
    return new RegExp(`^${source}$`, 'isu').test(name);
  });
}
