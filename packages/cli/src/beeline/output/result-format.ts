import type { ColumnBatch, ColumnInfo } from '@senbon/client';
import { jsonFormat } from './json-format.ts';
import { separatedFormat } from './separated-format.ts';
import { TableFormat } from './table-format.ts';
import { verticalFormat } from './vertical-format.ts';

/** Turns a result into text, piece by piece. */
export interface ResultFormat {
  /** Called once, before everything. */
  begin(columns: readonly ColumnInfo[]): string;
  batch(batch: ColumnBatch): string;
  /** Called once, after everything. */
  end(): Iterable<string>;
}

export const OUTPUT_FORMATS = ['table', 'vertical', 'csv2', 'tsv2', 'dsv', 'json', 'jsonfile'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export interface FormatOptions {
  readonly format: OutputFormat;
  readonly showHeader: boolean;
  /** `table` prints rows as they come, its columns as wide as the first ones need. */
  readonly incremental: boolean;
  /** What stands for NULL in every format but JSON. */
  readonly nullText: string;
  /** Of `dsv`. */
  readonly separator: string;
}

export function createFormat(options: FormatOptions): ResultFormat {
  const { showHeader, nullText } = options;
  switch (options.format) {
    case 'table':
      return new TableFormat(options);
    case 'vertical':
      return verticalFormat(nullText);
    case 'csv2':
      return separatedFormat({ separator: ',', showHeader, nullText });
    case 'tsv2':
      return separatedFormat({ separator: '\t', showHeader, nullText });
    case 'dsv':
      return separatedFormat({ separator: options.separator, showHeader, nullText });
    case 'json':
      return jsonFormat({ isOneDocument: true });
    case 'jsonfile':
      return jsonFormat({ isOneDocument: false });
  }
}
