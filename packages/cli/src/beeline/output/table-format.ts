import type { ColumnBatch, ColumnInfo, Value } from '@senbon/client';
import { cellTextOf } from './cell-text.ts';
import type { ResultFormat } from './result-format.ts';
import { rowCells } from './row-cells.ts';
import { padded, screenLines, screenText, screenWidth, truncated } from './screen-text.ts';

export interface TableOptions {
  readonly showHeader: boolean;
  readonly incremental: boolean;
  readonly nullText: string;
  /** Longer names and cells are cut; null = none is. */
  readonly maxColumnWidth: number | null;
  /** Characters kept until the widths are known; beyond that rows are printed as they come. Default 8 Mi: about 100 MB in memory. */
  readonly maxBufferedChars?: number;
}

const DEFAULT_MAX_BUFFERED_CHARS = 8 * 1024 * 1024;
/** Rows joined into one piece of text. */
const ROWS_PER_PIECE = 1_000;

/**
 * A frame of `+-|` with columns as wide as their widest cell; a cell has as many lines as its text. That takes the whole result in memory; with `incremental`, and
 * for a large result, widths come from the rows seen so far and grow with a new rule when they must.
 */
export class TableFormat implements ResultFormat {
  readonly #options: TableOptions;
  readonly #maxChars: number;
  #names: string[] = [];
  #widths: number[] = [];
  #cells: ((value: Value) => string)[] = [];
  #waiting: string[][] = [];
  #waitingChars = 0;
  #isStarted = false;
  #isIncremental: boolean;

  constructor(options: TableOptions) {
    this.#options = options;
    this.#isIncremental = options.incremental;
    this.#maxChars = options.maxBufferedChars ?? DEFAULT_MAX_BUFFERED_CHARS;
  }

  begin(columns: readonly ColumnInfo[]): string {
    const { showHeader, nullText, maxColumnWidth } = this.#options;
    const fit = (text: string): string => (maxColumnWidth === null ? text : truncated(text, maxColumnWidth));
    this.#names = columns.map(({ name }) => fit(screenText(name)));
    this.#widths = this.#names.map((name) => (showHeader ? screenWidth(name) : 0));
    this.#cells = columns.map((column) => {
      const toText = cellTextOf(column);
      return (value) => screenLines(toText(value) ?? nullText, fit);
    });
    return '';
  }

  batch(batch: ColumnBatch): string {
    const rows = rowCells(batch, this.#cells);
    for (const row of rows) {
      for (const cell of row) this.#waitingChars += cell.length;
      this.#waiting.push(row);
    }
    this.#isIncremental ||= this.#waitingChars > this.#maxChars;
    return this.#isIncremental ? [...this.#flush()].join('') : '';
  }

  *end(): Generator<string> {
    yield* this.#flush();
    yield this.#rule();
  }

  *#flush(): Generator<string> {
    const rows = this.#waiting;
    this.#waiting = [];
    this.#waitingChars = 0;
    const hasGrown = this.#widen(rows);
    if (!this.#isStarted) yield this.#head();
    else if (hasGrown) yield this.#rule();
    for (let start = 0; start < rows.length; start += ROWS_PER_PIECE) {
      const piece = rows.slice(start, start + ROWS_PER_PIECE);
      yield piece.map((row) => this.#row(row)).join('');
    }
  }

  #head(): string {
    this.#isStarted = true;
    const rule = this.#rule();
    return this.#options.showHeader ? rule + this.#line(this.#names) + rule : rule;
  }

  #widen(rows: readonly (readonly string[])[]): boolean {
    const before = this.#widths.join();
    for (const row of rows) {
      row.forEach((cell, i) => {
        const width = widestLine(cell);
        if (width > (this.#widths[i] ?? 0)) this.#widths[i] = width;
      });
    }
    return this.#widths.join() !== before;
  }

  /** More than one line where a cell has more. */
  #row(cells: readonly string[]): string {
    if (!cells.some((cell) => cell.includes('\n'))) return this.#line(cells);
    const columns = cells.map((cell) => cell.split('\n'));
    const height = columns.reduce((most, { length }) => Math.max(most, length), 0);
    return Array.from({ length: height }, (_, i) => this.#line(columns.map((lines) => lines[i] ?? ''))).join(
      '',
    );
  }

  #line(cells: readonly string[]): string {
    return `| ${cells.map((cell, i) => padded(cell, this.#widths[i] ?? 0)).join(' | ')} |\n`;
  }

  #rule(): string {
    return `+${this.#widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  }
}

function widestLine(cell: string): number {
  if (!cell.includes('\n')) return screenWidth(cell);
  return cell.split('\n').reduce((widest, line) => Math.max(widest, screenWidth(line)), 0);
}
