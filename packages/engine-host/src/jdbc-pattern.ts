/**
 * The pattern of a metadata call (`%`, `_`, `\` as escape) as JDBC means it, or `null` when it filters nothing: as empty
 * and `*` do, which several drivers send for "all". impyla writes `.*` for any text, which Hive lets pass because its
 * patterns become regular expressions.
 */
export function jdbcPattern(sent: string | null): string | null {
  if (sent === null || sent === '' || sent === '%' || sent === '*') return null;
  return sent.replaceAll('.*', '%');
}
