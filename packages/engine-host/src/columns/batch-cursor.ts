import type { ColumnBatch } from '@senbon/hive-thrift';
import type { ResultCursor } from '../executor.ts';
import { sliceBatch } from '../result/batches.ts';

/** A cursor over batches that come whole; `next(maxRows)` cuts them where a client asks for fewer rows. */
export class BatchCursor implements ResultCursor {
  readonly #read: () => Promise<ColumnBatch | null>;
  readonly #onClose: () => Promise<void>;
  #batch: ColumnBatch | null = null;
  #taken = 0;

  constructor(read: () => Promise<ColumnBatch | null>, onClose: () => Promise<void> = async () => undefined) {
    this.#read = read;
    this.#onClose = onClose;
  }

  /** A cursor over one batch. */
  static of(batch: ColumnBatch): BatchCursor {
    let rest: ColumnBatch | null = batch;
    return new BatchCursor(async () => {
      const next = rest;
      rest = null;
      return next;
    });
  }

  async next(maxRows: number): Promise<ColumnBatch | null> {
    while (this.#batch === null || this.#taken >= this.#batch.rowCount) {
      this.#batch = await this.#read();
      this.#taken = 0;
      if (this.#batch === null) return null;
    }
    const from = this.#taken;
    this.#taken = Math.min(this.#batch.rowCount, from + Math.max(1, maxRows));
    return sliceBatch(this.#batch, from, this.#taken);
  }

  async close(): Promise<void> {
    this.#batch = null;
    await this.#onClose();
  }
}
