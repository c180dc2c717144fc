import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { ByteBudget } from '@senbon/engine-host';
import type { ColumnBatch } from '@senbon/hive-thrift';
import { failed } from '../connection/duckdb-error.ts';

export interface ParkingLimits {
  /** Of one result, before it goes on to disk. */
  readonly maxMemoryBytes: number;
  /** Of one result on disk. */
  readonly maxDiskBytes: number;
  /** Of all results of the engine. */
  readonly disk: ByteBudget;
  readonly directory: string;
}

interface Extent {
  readonly at: number;
  readonly length: number;
}

let fileCount = 0;

/** Batches of a result put aside: in memory up to a bound, then in a file. Written first, then read once. */
export class ParkedRows {
  readonly #limits: ParkingLimits;
  readonly #batches: ColumnBatch[] = [];
  readonly #extents: Extent[] = [];
  #memoryBytes = 0;
  #diskBytes = 0;
  #file: FileHandle | null = null;
  #isClosed = false;

  constructor(limits: ParkingLimits) {
    this.#limits = limits;
  }

  get isOnDisk(): boolean {
    return this.#file !== null;
  }

  /** Throws STATEMENT_FAILED 53100 when the result is larger than the bound on disk. */
  async add(batch: ColumnBatch): Promise<void> {
    const bytes = batchBytes(batch);
    if (this.#file === null && this.#memoryBytes + bytes <= this.#limits.maxMemoryBytes) {
      this.#memoryBytes += bytes;
      this.#batches.push(batch);
      return;
    }
    await this.#write(serialize(batch));
  }

  /** The next batch in the order they were added, `null` behind the last. */
  async read(): Promise<ColumnBatch | null> {
    const batch = this.#batches.shift();
    if (batch !== undefined) return batch;
    const extent = this.#extents.shift();
    if (extent === undefined || this.#file === null) return null;
    const bytes = Buffer.allocUnsafeSlow(extent.length);
    const { bytesRead } = await this.#file.read(bytes, 0, extent.length, extent.at);
    if (bytesRead !== extent.length)
      throw failed('58030', 'a result put aside on disk could not be read back whole');
    return deserialize(bytes) as ColumnBatch;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#batches.length = 0;
    this.#extents.length = 0;
    const file = this.#file;
    this.#file = null;
    const bytes = this.#diskBytes;
    this.#diskBytes = 0;
    try {
      await file?.close();
    } finally {
      this.#limits.disk.give(bytes);
    }
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.#diskBytes + bytes.length > this.#limits.maxDiskBytes) {
      throw failed(
        '53100',
        `a result that had to be put aside for the next statement of its session is larger than ${this.#limits.maxDiskBytes} bytes; ` +
          'close it before running another statement, or raise kyuubi.engine.duckdb.result.max.spooled.bytes',
      );
    }
    if (!this.#limits.disk.take(bytes.length)) {
      throw failed(
        '53100',
        `the results that the engine has put aside have ${this.#limits.disk.maxBytes} bytes on disk together; close or fetch ` +
          'some before running another statement, or raise kyuubi.engine.duckdb.result.max.spooled.total.bytes',
      );
    }
    const at = this.#diskBytes;
    this.#diskBytes += bytes.length;
    this.#file ??= await this.#open();
    // Written at its place, not appended: a short write then shows as an error and never as a gap.
    const { bytesWritten } = await this.#file.write(bytes, 0, bytes.length, at);
    if (bytesWritten !== bytes.length)
      throw failed('53100', `cannot write to ${this.#limits.directory}: it is full`);
    this.#extents.push({ at, length: bytes.length });
  }

  async #open(): Promise<FileHandle> {
    if (this.#isClosed) throw failed('24000', 'the result is closed');
    const path = join(this.#limits.directory, `result-${process.pid}-${fileCount++}.spool`);
    const file = await open(path, 'wx+', 0o600);
    // Without a name the file goes away with the process, whatever way that ends.
    await unlink(path).catch(() => undefined);
    return file;
  }
}

/** Memory a batch holds on to, including what its arrays have in reserve. */
function batchBytes(batch: ColumnBatch): number {
  let bytes = 0;
  for (const column of batch.columns) {
    bytes += column.nulls?.byteLength ?? 0;
    if (column.kind === 'string' || column.kind === 'binary') {
      bytes += column.data.buffer.byteLength + column.offsets.byteLength;
    } else {
      bytes += column.values.buffer.byteLength;
    }
  }
  return bytes;
}
