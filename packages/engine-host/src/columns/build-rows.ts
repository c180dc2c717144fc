import type { ColumnBatch, ColumnKind, ColumnVector } from '@senbon/hive-thrift';
import type { ColumnSchema, ExecutorResult, HiveTypeName } from '../executor.ts';
import { BatchCursor } from './batch-cursor.ts';
import { NullMask } from './null-mask.ts';
import { type TextRows, TextSink } from './text-sink.ts';

/** A value of a row made here, not by the engine itself: metadata, `SHOW`, `SET`. */
export type Cell = string | number | boolean | null;

const kinds: Partial<Record<HiveTypeName, ColumnKind>> = {
  BOOLEAN: 'bool',
  TINYINT: 'i8',
  SMALLINT: 'i16',
  INT: 'i32',
};

/** Rows as a batch in the layout of `schema`. */
export function buildRows(schema: readonly ColumnSchema[], rows: readonly (readonly Cell[])[]): ColumnBatch {
  return {
    rowCount: rows.length,
    columns: schema.map(({ type }, i) => buildColumn(kinds[type.name] ?? 'string', rows, i)),
  };
}

/** A statement's result of rows made here. */
export function rowsResult(
  schema: readonly ColumnSchema[],
  rows: readonly (readonly Cell[])[],
): ExecutorResult {
  return { rows: { schema, cursor: BatchCursor.of(buildRows(schema, rows)) } };
}

/** String columns of these names. */
export function textColumns(...names: readonly string[]): readonly ColumnSchema[] {
  return names.map((name) => ({ name, type: { name: 'STRING' } }));
}

function buildColumn(kind: ColumnKind, rows: readonly (readonly Cell[])[], index: number): ColumnVector {
  const cells = rows.map((row) => row[index] ?? null);
  const mask = new NullMask(cells.length);
  for (const [row, cell] of cells.entries()) if (cell === null) mask.appendNull(row);
  const common = { length: cells.length, nulls: mask.finish() };
  switch (kind) {
    case 'bool':
      return { kind, values: Uint8Array.from(cells, Number), ...common };
    case 'i8':
      return { kind, values: Int8Array.from(cells, Number), ...common };
    case 'i16':
      return { kind, values: Int16Array.from(cells, Number), ...common };
    case 'i32':
      return { kind, values: Int32Array.from(cells, Number), ...common };
    default:
      return { kind: 'string', ...textOf(cells), nulls: common.nulls };
  }
}

function textOf(cells: readonly Cell[]): TextRows {
  const sink = new TextSink(cells.length);
  for (const cell of cells) {
    if (cell !== null) sink.put(String(cell));
    sink.endRow();
  }
  return sink.finish();
}
