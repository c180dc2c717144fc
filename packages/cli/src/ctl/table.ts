import stringWidth from 'string-width';

type Row = readonly (string | null)[];

/** A table as Kyuubi's ctl prints it: a centred title, a frame of double and single lines, and the number of rows. */
export function titledTable(title: string, header: readonly string[], rows: readonly Row[]): string {
  const lines = frame(
    header,
    rows.map((row) => row.map((cell) => cell ?? 'N/A')),
  );
  return ['', centred(title, stringWidth(lines[0] ?? '')), ...lines, `${rows.length} row(s)`].join('\n');
}

function frame(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((name, column) =>
    Math.max(
      ...[name, ...rows.map((row) => row[column] ?? '')]
        .flatMap((cell) => cell.split('\n'))
        .map((line) => stringWidth(line)),
    ),
  );
  const rule = (left: string, line: string, cross: string, right: string) =>
    left + widths.map((width) => line.repeat(width + 2)).join(cross) + right;
  const lines = [rule('╔', '═', '╤', '╗'), ...cells(header, widths)];
  if (rows.length === 0) {
    const inner = widths.reduce((sum, width) => sum + width + 3, -1);
    return [...lines, rule('╠', '═', '╧', '╣'), `║${padded(' (empty)', inner)}║`, `╚${'═'.repeat(inner)}╝`];
  }
  for (const [index, row] of rows.entries()) {
    lines.push(index === 0 ? rule('╠', '═', '╪', '╣') : rule('╟', '─', '┼', '╢'), ...cells(row, widths));
  }
  return [...lines, rule('╚', '═', '╧', '╝')];
}

/** A cell may have several lines. */
function cells(row: readonly string[], widths: readonly number[]): string[] {
  const split = row.map((cell) => cell.split('\n'));
  const height = Math.max(...split.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const parts = widths.map((width, column) => ` ${padded(split[column]?.[line] ?? '', width)} `);
    return `║${parts.join('│')}║`;
  });
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}

/** An odd blank goes to the right; a title that is wider stays as it is. */
function centred(title: string, width: number): string {
  const blanks = width - stringWidth(title);
  if (blanks <= 0) return title;
  const left = Math.floor(blanks / 2);
  return ' '.repeat(left) + title + ' '.repeat(blanks - left);
}
