import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ColumnBatch, ColumnKind, ColumnVector } from '@senbon/hive-thrift';

/** Where a batch lies in the file, and how its bytes become vectors again. */
export interface SpooledBatch {
  readonly offset: number;
  readonly byteLength: number;
  readonly rowCount: number;
  readonly columns: readonly { readonly kind: ColumnKind; readonly parts: readonly number[] }[];
}

/** What one call may write at once: IOV_MAX on Linux. */
const MAX_PIECES = 1024;

type Typed = Uint8Array | Int8Array | Int16Array | Int32Array | BigInt64Array | Float64Array;

/**
 * Batches on disk, as they are in memory. The file has no name from its first moment on, so that whatever ends the
 * process frees the space.
 */
export class SpoolFile {
  readonly #file: FileHandle;
  #size = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async create(directory: string): Promise<SpoolFile> {
    const path = join(directory, `senbon-result-${randomUUID()}`);
    const file = await open(path, 'wx+', 0o600);
    await unlink(path);
    return new SpoolFile(file);
  }

  /** Writes all of them at once. Calls must not overlap. */
  async append(batches: readonly ColumnBatch[]): Promise<readonly SpooledBatch[]> {
    const start = this.#size;
    const written: Typed[] = [];
    const spooled = batches.map((batch) => {
      const offset = this.#size;
      const columns = batch.columns.map((column) => {
        const parts = partsOf(column);
        written.push(...parts);
        return { kind: column.kind, parts: parts.map((part) => part.byteLength) };
      });
      const byteLength = columns.flatMap(({ parts }) => parts).reduce((sum, length) => sum + length, 0);
      this.#size += byteLength;
      return { offset, byteLength, rowCount: batch.rowCount, columns };
    });
    await writeAll(this.#file, written, start);
    return spooled;
  }

  async read(spooled: SpooledBatch): Promise<ColumnBatch> {
    const bytes = Buffer.allocUnsafe(spooled.byteLength);
    let filled = 0;
    while (filled < bytes.length) {
      const at = spooled.offset + filled;
      const { bytesRead } = await this.#file.read(bytes, filled, bytes.length - filled, at);
      if (bytesRead === 0) throw new Error('the spool file ended early');
      filled += bytesRead;
    }
    let offset = 0;
    const take = (length: number): ArrayBuffer => {
      // Typed arrays want aligned memory of their own.
      const part = new Uint8Array(bytes.subarray(offset, offset + length)).buffer;
      offset += length;
      return part;
    };
    const columns = spooled.columns.map(({ kind, parts }) =>
      vectorOf(kind, parts.map(take), spooled.rowCount),
    );
    return { rowCount: spooled.rowCount, columns };
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Nulls first (empty when there are none), then the values, or offsets and data. */
function partsOf(column: ColumnVector): readonly Typed[] {
  const nulls = column.nulls ?? new Uint8Array(0);
  if (column.kind !== 'string' && column.kind !== 'binary') {
    return [nulls, column.values.subarray(0, column.length)];
  }
  const offsets = column.offsets.subarray(0, column.length + 1);
  const start = offsets[0] ?? 0;
  const data = column.data.subarray(start, offsets[column.length] ?? start);
  return [nulls, start === 0 ? offsets : offsets.map((offset) => offset - start), data];
}

function vectorOf(kind: ColumnKind, parts: readonly ArrayBuffer[], length: number): ColumnVector {
  const [mask, first, data] = parts as readonly [ArrayBuffer, ArrayBuffer, ArrayBuffer];
  const nulls = mask.byteLength === 0 ? null : new Uint8Array(mask);
  switch (kind) {
    case 'bool':
      return { kind, length, values: new Uint8Array(first), nulls };
    case 'i8':
      return { kind, length, values: new Int8Array(first), nulls };
    case 'i16':
      return { kind, length, values: new Int16Array(first), nulls };
    case 'i32':
      return { kind, length, values: new Int32Array(first), nulls };
    case 'i64':
      return { kind, length, values: new BigInt64Array(first), nulls };
    case 'double':
      return { kind, length, values: new Float64Array(first), nulls };
    case 'string':
    case 'binary':
      return { kind, length, offsets: new Int32Array(first), data: new Uint8Array(data), nulls };
  }
}

async function writeAll(file: FileHandle, parts: readonly Typed[], offset: number): Promise<void> {
  let rest = parts
    .filter((part) => part.byteLength > 0)
    .map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength));
  let at = offset;
  while (rest.length > 0) {
    const { bytesWritten } = await file.writev(rest.slice(0, MAX_PIECES), at);
    at += bytesWritten;
    let skip = bytesWritten;
    rest = rest.flatMap((part) => {
      const taken = Math.min(skip, part.length);
      skip -= taken;
      return taken === part.length ? [] : [part.subarray(taken)];
    });
  }
}
