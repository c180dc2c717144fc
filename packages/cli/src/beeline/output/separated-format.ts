import type { ColumnInfo, Value } from '@senbon/client';
import { cellTextOf } from './cell-text.ts';
import type { ResultFormat } from './result-format.ts';
import { rowCells } from './row-cells.ts';

export interface SeparatedOptions {
  /** One character. */
  readonly separator: string;
  readonly showHeader: boolean;
  readonly nullText: string;
}

/**
 * Values between separators, quoted as RFC 4180 says where they hold a separator, a quote or an end of line. A text that
 * reads like NULL is quoted too, so that the two can be told apart.
 */
export function separatedFormat({ separator, showHeader, nullText }: SeparatedOptions): ResultFormat {
  const special = new RegExp(`["\\r\\n${separator.replace(/[\\\]^-]/g, '\\$&')}]`);
  const quoted = (text: string): string =>
    special.test(text) || text === nullText ? `"${text.replaceAll('"', '""')}"` : text;
  let cells: ((value: Value) => string)[] = [];
  return {
    begin(columns: readonly ColumnInfo[]) {
      cells = columns.map((column) => {
        const toText = cellTextOf(column);
        return (value) => {
          const text = toText(value);
          return text === null ? nullText : quoted(text);
        };
      });
      return showHeader ? `${columns.map(({ name }) => quoted(name)).join(separator)}\n` : '';
    },
    batch: (batch) =>
      rowCells(batch, cells)
        .map((row) => `${row.join(separator)}\n`)
        .join(''),
    end: () => [],
  };
}
