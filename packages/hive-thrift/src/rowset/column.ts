/**
 * A column of a row set in memory: typed arrays, in the shape of Arrow, so that an engine can hand over what it has
 * and the encoder makes one pass over bytes.
 *
 * `nulls` is Thrift's own mask: one bit a row, least significant first, 1 = NULL; `null` when no row is NULL.
 * It may be shorter than the rows need: missing bits are 0 (that is how servers send it).
 */
export type ColumnVector =
  | FixedColumn<'bool', Uint8Array>
  | FixedColumn<'i8', Int8Array>
  | FixedColumn<'i16', Int16Array>
  | FixedColumn<'i32', Int32Array>
  | FixedColumn<'i64', BigInt64Array>
  | FixedColumn<'double', Float64Array>
  | VariableColumn<'string'>
  | VariableColumn<'binary'>;

export type ColumnKind = ColumnVector['kind'];

export interface FixedColumn<Kind extends string, Values> {
  readonly kind: Kind;
  readonly length: number;
  /** At least `length` values; the one of a NULL row is ignored. */
  readonly values: Values;
  readonly nulls: Uint8Array | null;
}

/** Row i is `data[offsets[i] .. offsets[i + 1]]`; strings are UTF-8. */
export interface VariableColumn<Kind extends string> {
  readonly kind: Kind;
  readonly length: number;
  /** `length + 1` ascending offsets into `data`. */
  readonly offsets: Int32Array;
  readonly data: Uint8Array;
  readonly nulls: Uint8Array | null;
}

/** Some rows of a result. Every column has `rowCount` rows. */
export interface ColumnBatch {
  readonly rowCount: number;
  readonly columns: readonly ColumnVector[];
}
