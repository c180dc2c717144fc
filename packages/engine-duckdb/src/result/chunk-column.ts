import { type DuckDBDataChunk, type DuckDBType, DuckDBVector } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';

/** Rows of one validity word: DuckDB keeps 64 bits a word, 1 = not NULL, least significant bit first. */
const ROWS_PER_WORD = 64;

/**
 * One column of a chunk, read where DuckDB keeps it. Nothing here copies: use it only while the chunk is referenced,
 * for the chunk's finalizer frees the memory.
 */
export class ChunkColumn {
  readonly rowCount: number;
  readonly #vector: duckdb.Vector;
  #bytes: Uint8Array | null = null;
  #view: DataView | null = null;
  #decoded: DuckDBVector | null = null;
  #validity: Uint8Array | null | undefined;

  constructor(chunk: DuckDBDataChunk, index: number) {
    this.rowCount = chunk.rowCount;
    this.#vector = duckdb.data_chunk_get_vector(chunk.chunk, index);
  }

  /** The values, `width` bytes each. A column has one width, so the first call's is kept. */
  bytes(width: number): Uint8Array {
    this.#bytes ??= duckdb.vector_get_data(this.#vector, this.rowCount * width);
    return this.#bytes;
  }

  /** The same bytes, for values read one by one. */
  view(width: number): DataView {
    if (this.#view === null) {
      const bytes = this.bytes(width);
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    return this.#view;
  }

  /** A 64-bit value: a number where that is exact, else a BigInt, which costs several times as much. */
  int64(row: number): number | bigint {
    const view = this.view(8);
    const value = view.getInt32(row * 8 + 4, true) * 2 ** 32 + view.getUint32(row * 8, true);
    return Number.isSafeInteger(value) ? value : view.getBigInt64(row * 8, true);
  }

  /** DuckDB's validity mask, or `null` when no row is NULL. */
  validity(): Uint8Array | null {
    if (this.#validity === undefined) {
      const byteCount = Math.ceil(this.rowCount / ROWS_PER_WORD) * 8;
      // The declaration forgets the null that the C function returns for a vector without a mask.
      this.#validity = duckdb.vector_get_validity(this.#vector, byteCount) as Uint8Array | null;
    }
    return this.#validity;
  }

  /** The values as the library decodes them: the slow path, for types without a simple layout. */
  decoded(type: DuckDBType): DuckDBVector {
    this.#decoded ??= DuckDBVector.create(this.#vector, this.rowCount, type);
    return this.#decoded;
  }
}
