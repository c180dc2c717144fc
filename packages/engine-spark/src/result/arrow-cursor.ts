import { BatchCursor } from '@senbon/engine-host';
import type { ColumnBatch } from '@senbon/hive-thrift';
import { type ArrowBatch, readArrowStream } from '../arrow/arrow-stream.ts';
import type { SparkField } from '../types/spark-type.ts';
import type { ResponseReader } from './response-reader.ts';
import { toColumnBatch } from './to-column-batch.ts';

/** The rows of an execution, read as they are asked for. */
export function arrowCursor(fields: readonly SparkField[], reader: ResponseReader): BatchCursor {
  let batches: readonly ArrowBatch[] = [];
  const read = async (): Promise<ColumnBatch | null> => {
    for (;;) {
      const [batch, ...rest] = batches;
      if (batch !== undefined) {
        batches = rest;
        return toColumnBatch(fields, batch);
      }
      const data = await reader.nextBatch();
      if (data === null) return null;
      batches = readArrowStream(data);
    }
  };
  return new BatchCursor(read, async () => reader.close());
}
