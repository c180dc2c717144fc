/** A string literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A double-quoted identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A qualified name of several parts. */
export function qualified(parts: readonly string[]): string {
  return parts.map(identifier).join('.');
}

/** The parts of a name as written in SQL: `a."b.c".d`. */
export function splitName(text: string): readonly string[] {
  const parts = text.match(/"[^"]*(?:""[^"]*)*"|[^.\s]+/g) ?? [];
  return parts.map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part));
}
