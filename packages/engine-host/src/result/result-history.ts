import { messageOf, SenbonError } from '@senbon/core';
import type { ColumnBatch } from '@senbon/hive-thrift';
import { byteSizeOf, sliceBatch } from './batches.ts';
import type { ByteBudget } from './byte-budget.ts';
import { type SpooledBatch, SpoolFile } from './spool-file.ts';

/**
 * Memory for one result's history; the engine's whole budget bounds all of them together. It is also what is kept of a
 * result whose client has shown no wish to go back: copying everything to disk would cost nearly as much as sending it.
 */
const MAX_MEMORY_BYTES_EACH = 4 * 1024 * 1024;
/** Replies remembered of one result: each costs some hundred bytes even on disk. */
const MAX_SEGMENTS = 20_000;

/** What the results of an engine may keep together. */
export interface RewindBudget {
  readonly memory: ByteBudget;
  readonly disk: ByteBudget;
  /** Of one result. */
  readonly maxFileBytes: number;
  readonly directory: string;
}

interface Segment {
  readonly startRow: number;
  readonly rowCount: number;
  /** In memory, or where it lies in the spool file. */
  place: ColumnBatch | SpooledBatch;
}

/**
 * The rows of a result that were read already, so that FETCH_FIRST and FETCH_PRIOR find them: the latest in memory, what
 * was there before in a spool file, and nothing at all (never half) beyond the bound.
 */
export class ResultHistory {
  readonly #budget: RewindBudget;
  readonly #segments: Segment[] = [];
  /** Those in memory: the last ones. */
  #inMemory: Segment[] = [];
  #memoryBytes = 0;
  #diskBytes = 0;
  #keptBytes = 0;
  #maxBytes = MAX_MEMORY_BYTES_EACH;
  #rowCount = 0;
  #spool: SpoolFile | null = null;
  #spilling: Promise<void> | null = null;
  #lostBecause: string | null = null;

  constructor(budget: RewindBudget) {
    this.#budget = budget;
  }

  /** Rows appended so far, remembered or not. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** The client goes back: keep all that `kyuubi.engine.result.rewind.file.size` allows. */
  keepAll(): void {
    this.#maxBytes = Math.max(this.#maxBytes, this.#budget.maxFileBytes);
  }

  /**
   * Takes over the batch. What has to go to disk goes there while the reader reads on; only when that is not done by
   * the next time does the disk hold the reader back.
   */
  async append(batch: ColumnBatch): Promise<void> {
    const bytes = byteSizeOf(batch);
    const segment = { startRow: this.#rowCount, rowCount: batch.rowCount, place: batch };
    this.#rowCount += batch.rowCount;
    if (this.#lostBecause !== null) return;
    this.#keptBytes += bytes;
    if (this.#segments.length >= MAX_SEGMENTS) return this.#forget(`it was read in ${MAX_SEGMENTS} pieces`);
    if (this.#keptBytes > this.#maxBytes) {
      return this.#forget(
        `more than ${this.#maxBytes} bytes of it were read (kyuubi.engine.result.rewind.always, kyuubi.engine.result.rewind.file.size)`,
      );
    }
    this.#segments.push(segment);
    if (this.#memoryBytes + bytes <= MAX_MEMORY_BYTES_EACH && this.#budget.memory.take(bytes)) {
      this.#inMemory.push(segment);
      this.#memoryBytes += bytes;
      return;
    }
    if (this.#spilling !== null) await this.#spilling;
    const spilled = [...this.#inMemory, segment];
    const spilledBytes = this.#memoryBytes + bytes;
    this.#inMemory = [];
    this.#budget.memory.give(this.#memoryBytes);
    this.#memoryBytes = 0;
    if (!this.#budget.disk.take(spilledBytes)) {
      return this.#forget(
        `the results of its engine have ${this.#budget.disk.maxBytes} bytes on disk already (kyuubi.engine.result.rewind.disk.size)`,
      );
    }
    this.#diskBytes += spilledBytes;
    this.#spilling = this.#spill(spilled);
  }

  /** At most `maxRows` rows from `row` on, which must have been appended. Throws FETCH_ORIENTATION when they are forgotten. */
  async read(row: number, maxRows: number, orientation: string): Promise<ColumnBatch> {
    if (this.#spilling !== null) await this.#spilling;
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
    if (this.#spilling !== null) await this.#spilling;
    await this.#dropSpool();
  }

  async #spill(segments: readonly Segment[]): Promise<void> {
    try {
      this.#spool ??= await SpoolFile.create(this.#budget.directory);
      const places = await this.#spool.append(segments.map(({ place }) => place as ColumnBatch));
      segments.forEach((segment, index) => {
        segment.place = places[index] as SpooledBatch;
      });
    } catch (error) {
      this.#forget(`its temporary file could not be written (${messageOf(error)})`);
    } finally {
      this.#spilling = null;
      if (this.#lostBecause !== null) await this.#dropSpool();
    }
  }

  #forget(why: string): void {
    if (this.#lostBecause !== null) return;
    this.#lostBecause = why;
    this.#segments.length = 0;
    this.#inMemory = [];
    this.#budget.memory.give(this.#memoryBytes);
    this.#memoryBytes = 0;
    if (this.#spilling === null) void this.#dropSpool();
  }

  async #dropSpool(): Promise<void> {
    const spool = this.#spool;
    this.#spool = null;
    // A file without a name that cannot be closed is the system's to free when the process ends.
    await spool?.close().catch(() => {});
    this.#budget.disk.give(this.#diskBytes);
    this.#diskBytes = 0;
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
