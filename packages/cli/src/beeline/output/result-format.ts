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

/** Formats of Hive's beeline that it calls deprecated, or that nothing reads, and what does the same. */
const REPLACEMENTS: Readonly<Record<string, OutputFormat>> = {
  csv: 'csv2',
  tsv: 'tsv2',
  xmlattr: 'json',
  xmlelements: 'json',
};

/** In any case. Throws Error for what is none. */
export function outputFormatOf(text: string): OutputFormat {
  const name = text.toLowerCase();
  const format = OUTPUT_FORMATS.find((candidate) => candidate === name);
  if (format !== undefined) return format;
  const replacement = REPLACEMENTS[name];
  if (replacement !== undefined) throw new Error(`${name} is not there; use ${replacement}`);
  throw new Error(`outputformat is one of ${OUTPUT_FORMATS.join(', ')}`);
}

export interface FormatOptions {
  readonly format: OutputFormat;
  readonly showHeader: boolean;
  /** `table` prints rows as they come, its columns as wide as the first ones need. */
  readonly incremental: boolean;
  /** What stands for NULL in every format but JSON. */
  readonly nullText: string;
  /** Of `dsv`. */
  readonly separator: string;
  /** Of `table`: longer cells are cut; null = none is. */
  readonly maxColumnWidth: number | null;
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
