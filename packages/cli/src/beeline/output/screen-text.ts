import stringWidth from 'string-width';

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

const names: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text on one line that cannot steer the terminal: control characters are shown as escapes. */
export function screenText(text: string): string {
  // oxlint-disable-next-line eslint/no-control-regex -- those are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (char) => {
    return names[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

/** A text with its line breaks, as of a plan; every line as `screenText` has it, and cut by `fit`. */
export function screenLines(text: string, fit: (line: string) => string = (line) => line): string {
  if (!text.includes('\n')) return fit(screenText(text));
  return text
    .split(/\r?\n/)
    .map((line) => fit(screenText(line)))
    .join('\n');
}

/** Columns on the screen; of a text without control characters. */
export function screenWidth(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}

export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - screenWidth(text)));
}

/** The most of a text that is no wider, by whole characters as people count them. */
export function truncated(text: string, maxWidth: number): string {
  if (screenWidth(text) <= maxWidth) return text;
  let kept = '';
  let width = 0;
  for (const { segment } of segmenter.segment(text)) {
    width += screenWidth(segment);
    if (width > maxWidth) break;
    kept += segment;
  }
  return kept;
}
