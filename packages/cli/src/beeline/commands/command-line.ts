/** Words of a `!command`: apart by spaces, `'…'` and `"…"` hold them together; a `;` at the end means nothing. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  for (const [, single, double, bare] of text.replace(/;?\s*$/, '').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)) {
    words.push(single ?? double ?? bare ?? '');
  }
  return words;
}
