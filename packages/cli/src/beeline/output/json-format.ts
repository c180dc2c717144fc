import type { Value } from '@senbon/client';
import { jsonTextOf } from './cell-text.ts';
import type { ResultFormat } from './result-format.ts';
import { rowCells } from './row-cells.ts';

export interface JsonOptions {
  /** `{"resultset":[…]}` as one document, or one object a line. */
  readonly isOneDocument: boolean;
}

export function jsonFormat({ isOneDocument }: JsonOptions): ResultFormat {
  let cells: ((value: Value) => string)[] = [];
  let isFirst = true;
  const separator = (): string => {
    const text = isFirst ? '\n' : ',\n';
    isFirst = false;
    return text;
  };
  return {
    begin(columns) {
      cells = columns.map((column) => {
        const key = `${JSON.stringify(column.name)}:`;
        const toText = jsonTextOf(column);
        return (value) => key + toText(value);
      });
      return isOneDocument ? '{"resultset":[' : '';
    },
    batch(batch) {
      const objects = rowCells(batch, cells).map((row) => `{${row.join(',')}}`);
      if (!isOneDocument) return objects.map((object) => `${object}\n`).join('');
      return objects.map((object) => separator() + object).join('');
    },
    end: () => (isOneDocument ? [isFirst ? ']}\n' : '\n]}\n'] : []),
  };
}
