import type { Value } from '@senbon/client';
import { cellTextOf } from './cell-text.ts';
import type { ResultFormat } from './result-format.ts';
import { rowCells } from './row-cells.ts';
import { padded, screenLines, screenText, screenWidth } from './screen-text.ts';

/** A line a cell, an empty line behind each row. */
export function verticalFormat(nullText: string): ResultFormat {
  let cells: ((value: Value) => string)[] = [];
  return {
    begin(columns) {
      const names = columns.map(({ name }) => screenText(name));
      const width = Math.max(0, ...names.map(screenWidth));
      cells = columns.map((column, i) => {
        const label = padded(names[i] ?? '', width);
        const toText = cellTextOf(column);
        return (value) => {
          const text = toText(value);
          return `${label}  ${text === null ? nullText : screenLines(text)}\n`;
        };
      });
      return '';
    },
    batch: (batch) =>
      rowCells(batch, cells)
        .map((row) => `${row.join('')}\n`)
        .join(''),
    end: () => [],
  };
}
