import { columnValues } from '@senbon/hive-thrift';
import type { ExecutorResult } from '@senbon/engine-host';

/** What fits into memory at any rate: names of tables, a plan. */
const READ_ROWS = 100_000;

/** All rows of a small result, as text, which is then closed. */
export async function textRows({ rows }: ExecutorResult): Promise<readonly (readonly (string | null)[])[]> {
  if (rows === null) return [];
  const all: (string | null)[][] = [];
  try {
    for (;;) {
      const batch = await rows.cursor.next(READ_ROWS);
      if (batch === null) return all;
      const columns = batch.columns.map((column) => columnValues(column));
      for (let row = 0; row < batch.rowCount; row++) {
        all.push(
          columns.map((column) => {
            const value = column[row];
            return value === null || value === undefined ? null : String(value);
          }),
        );
      }
    }
  } finally {
    await rows.cursor.close();
  }
}
