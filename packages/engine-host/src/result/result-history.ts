import { messageOf, SenbonError } from '@senbon/core';
import type { ColumnBatch } from '@senbon/hive-thrift';
import { byteSizeOf, sliceBatch } from './batches.ts';
import { type SpooledBatch, SpoolFile } from './spool-file.ts';

/** Memory for one result's history; the engine's whole budget bounds all of them together. */
const MAX_MEMORY_BYTES_EACH = 4 * 1024 * 1024;
/** Replies remembered of one result: each costs some hundred bytes even on disk. */
const MAX_SEGMENTS = 20_000;

/** What the results of an engine may keep together. */
export class RewindBudget {
  readonly maxFileBytes: number;
  readonly directory: string;
  #freeBytes: number;

  constructor(options: { maxMemoryBytes: number; maxFileBytes: number; directory: string }) {
    this.#freeBytes = options.maxMemoryBytes;
    this.maxFileBytes = options.maxFileBytes;
    this.directory = options.directory;
  }

  get freeBytes(): number {
    return this.#freeBytes;
  }

  take(bytes: number): boolean {
    if (bytes > this.#freeBytes) return false;
    this.#freeBytes -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#freeBytes += bytes;
  }
}

interface Segment {
  readonly startRow: number;
  readonly rowCount: number;
  /** In memory, or where it lies in the spool file. */
  readonly place: ColumnBatch | SpooledBatch;
}

/**
 * The rows of a result that were read already, so that FETCH_FIRST and FETCH_PRIOR find them: in memory while they are
 * few, in a spool file beyond that, and forgotten (never half) beyond the file's bound.
 */
export class ResultHistory {
  readonly #budget: RewindBudget;
  readonly #segments: Segment[] = [];
  #memoryBytes = 0;
  #rowCount = 0;
  #spool: SpoolFile | null = null;
  #writing: Promise<void> | null = null;
  #lostBecause: string | null = null;

  constructor(budget: RewindBudget) {
    this.#budget = budget;
  }

  /** Rows appended so far, remembered or not. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /**
   * Takes over the batch. Waits for the write before, not for its own, so that a slow disk holds the reader back and a
   * fast one costs it nothing.
   */
  async append(batch: ColumnBatch): Promise<void> {
    const startRow = this.#rowCount;
    this.#rowCount += batch.rowCount;
    if (this.#writing !== null) await this.#writing;
    if (this.#lostBecause !== null) return;
    const bytes = byteSizeOf(batch);
    if (this.#segments.length >= MAX_SEGMENTS) {
      this.#forget(`it was read in more than ${MAX_SEGMENTS} pieces`);
    } else if (this.#keepInMemory(bytes)) {
      this.#segments.push({ startRow, rowCount: batch.rowCount, place: batch });
    } else if ((this.#spool?.size ?? 0) + bytes > this.#budget.maxFileBytes) {
      this.#forget('it is larger than kyuubi.engine.result.rewind.file.size');
    } else {
      this.#writing = this.#write(batch, startRow);
    }
  }

  /** At most `maxRows` rows from `row` on, which must have been appended. Throws FETCH_ORIENTATION when they are forgotten. */
  async read(row: number, maxRows: number, orientation: string): Promise<ColumnBatch> {
    if (this.#writing !== null) await this.#writing;
    if (this.#lostBecause !== null) {
      const problem = `the result cannot be rewound, because ${this.#lostBecause}; run the statement again`;
      throw new SenbonError('FETCH_ORIENTATION', { orientation, problem });
    }
    const segment = this.#segmentAt(row);
    const { place } = segment;
    const batch = 'offset' in place ? await (this.#spool as SpoolFile).read(place) : place;
    const from = row - segment.startRow;
    return sliceBatch(batch, from, Math.min(batch.rowCount, from + maxRows));
  }

  async close(): Promise<void> {
    this.#forget('it is closed');
    if (this.#writing !== null) await this.#writing;
    await this.#dropSpool();
  }

  #keepInMemory(bytes: number): boolean {
    if (this.#spool !== null || this.#memoryBytes + bytes > MAX_MEMORY_BYTES_EACH) return false;
    if (!this.#budget.take(bytes)) return false;
    this.#memoryBytes += bytes;
    return true;
  }

  async #write(batch: ColumnBatch, startRow: number): Promise<void> {
    try {
      this.#spool ??= await SpoolFile.create(this.#budget.directory);
      const place = await this.#spool.append(batch);
      if (this.#lostBecause === null) this.#segments.push({ startRow, rowCount: batch.rowCount, place });
    } catch (error) {
      this.#forget(`its temporary file could not be written (${messageOf(error)})`);
    } finally {
      this.#writing = null;
      if (this.#lostBecause !== null) await this.#dropSpool();
    }
  }

  #forget(why: string): void {
    if (this.#lostBecause !== null) return;
    this.#lostBecause = why;
    this.#segments.length = 0;
    this.#budget.give(this.#memoryBytes);
    this.#memoryBytes = 0;
    if (this.#writing === null) void this.#dropSpool();
  }

  async #dropSpool(): Promise<void> {
    const spool = this.#spool;
    this.#spool = null;
    // A file without a name that cannot be closed is the system's to free when the process ends.
    await spool?.close().catch(() => {});
  }

  #segmentAt(row: number): Segment {
    let low = 0;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#segments[middle] as Segment).startRow <= row) low = middle;
      else high = middle - 1;
    }
    const segment = this.#segments[low];
    if (segment === undefined || row >= segment.startRow + segment.rowCount) {
      throw new RangeError(`row ${row} was never appended`);
    }
    return segment;
  }
}
