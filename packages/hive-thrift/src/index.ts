export type { ColumnBatch, ColumnKind, ColumnVector, FixedColumn, VariableColumn } from './rowset/column.ts';
