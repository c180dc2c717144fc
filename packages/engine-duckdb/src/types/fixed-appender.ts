import { NullMask, shortestDouble } from '@senbon/engine-host';
import type { ColumnVector } from '@senbon/hive-thrift';
import type { ChunkColumn } from '../result/chunk-column.ts';
import type { AppenderFactory, ColumnAppender } from './column-appender.ts';

type Values = Uint8Array | Int8Array | Int16Array | Int32Array | BigInt64Array | Float64Array;

/** How values of a fixed width get from a vector into a column. */
interface FixedLayout<V extends Values> {
  /** Bytes of one value in DuckDB's vector. */
  readonly sourceWidth: number;
  readonly create: (length: number) => V;
  readonly copy: (source: Uint8Array, rows: Range, target: V) => void;
  readonly wrap: (length: number, values: V, nulls: Uint8Array | null) => ColumnVector;
}

interface Range {
  readonly from: number;
  readonly to: number;
  /** Index of row `from` in the target. */
  readonly at: number;
}

class FixedAppender<V extends Values> implements ColumnAppender {
  readonly #layout: FixedLayout<V>;
  readonly #nulls: NullMask;
  #values: V;
  #length = 0;

  constructor(layout: FixedLayout<V>, capacityRows: number) {
    this.#layout = layout;
    this.#nulls = new NullMask(capacityRows);
    this.#values = layout.create(capacityRows);
  }

  sizeOf(_column: ChunkColumn, from: number, to: number): number {
    return (to - from) * this.#values.BYTES_PER_ELEMENT;
  }

  append(column: ChunkColumn, from: number, to: number): void {
    const at = this.#length;
    this.#length += to - from;
    if (this.#length > this.#values.length) this.#grow(this.#length);
    this.#layout.copy(column.bytes(this.#layout.sourceWidth), { from, to, at }, this.#values);
    this.#nulls.append(column.validity(), from, to, at);
  }

  finish(): ColumnVector {
    return this.#layout.wrap(this.#length, this.#values, this.#nulls.finish());
  }

  #grow(need: number): void {
    const grown = this.#layout.create(Math.max(need, this.#values.length * 2));
    // A union of typed arrays has no common `set`; both sides are of the one type V.
    (grown as Uint8Array).set(this.#values as Uint8Array);
    this.#values = grown;
  }
}

function fixed<V extends Values>(layout: FixedLayout<V>): AppenderFactory {
  return (capacityRows) => new FixedAppender(layout, capacityRows);
}

const wrapI16: FixedLayout<Int16Array>['wrap'] = (length, values, nulls) => ({
  kind: 'i16',
  length,
  values,
  nulls,
});
const wrapI32: FixedLayout<Int32Array>['wrap'] = (length, values, nulls) => ({
  kind: 'i32',
  length,
  values,
  nulls,
});
const wrapI64: FixedLayout<BigInt64Array>['wrap'] = (length, values, nulls) => ({
  kind: 'i64',
  length,
  values,
  nulls,
});
const wrapDouble: FixedLayout<Float64Array>['wrap'] = (length, values, nulls) => ({
  kind: 'double',
  length,
  values,
  nulls,
});

export const boolAppender = fixed<Uint8Array>({
  sourceWidth: 1,
  create: (length) => new Uint8Array(length),
  copy: (source, { from, to, at }, target) => target.set(source.subarray(from, to), at),
  wrap: (length, values, nulls) => ({ kind: 'bool', length, values, nulls }),
});

export const tinyintAppender = fixed<Int8Array>({
  sourceWidth: 1,
  create: (length) => new Int8Array(length),
  copy: (source, { from, to, at }, target) =>
    target.set(new Int8Array(source.buffer, source.byteOffset + from, to - from), at),
  wrap: (length, values, nulls) => ({ kind: 'i8', length, values, nulls }),
});

export const smallintAppender = fixed<Int16Array>({
  sourceWidth: 2,
  create: (length) => new Int16Array(length),
  copy: (source, { from, to, at }, target) =>
    target.set(new Int16Array(source.buffer, source.byteOffset + from * 2, to - from), at),
  wrap: wrapI16,
});

export const integerAppender = fixed<Int32Array>({
  sourceWidth: 4,
  create: (length) => new Int32Array(length),
  copy: (source, { from, to, at }, target) =>
    target.set(new Int32Array(source.buffer, source.byteOffset + from * 4, to - from), at),
  wrap: wrapI32,
});

export const bigintAppender = fixed<BigInt64Array>({
  sourceWidth: 8,
  create: (length) => new BigInt64Array(length),
  copy: (source, { from, to, at }, target) =>
    target.set(new BigInt64Array(source.buffer, source.byteOffset + from * 8, to - from), at),
  wrap: wrapI64,
});

export const doubleAppender = fixed<Float64Array>({
  sourceWidth: 8,
  create: (length) => new Float64Array(length),
  copy: (source, { from, to, at }, target) =>
    target.set(new Float64Array(source.buffer, source.byteOffset + from * 8, to - from), at),
  wrap: wrapDouble,
});

/** UTINYINT needs the next wider signed type, as Hive has no unsigned ones. */
export const utinyintAppender = fixed<Int16Array>({
  sourceWidth: 1,
  create: (length) => new Int16Array(length),
  copy: (source, { from, to, at }, target) => target.set(source.subarray(from, to), at),
  wrap: wrapI16,
});

export const usmallintAppender = fixed<Int32Array>({
  sourceWidth: 2,
  create: (length) => new Int32Array(length),
  copy: (source, { from, to, at }, target) =>
    target.set(new Uint16Array(source.buffer, source.byteOffset + from * 2, to - from), at),
  wrap: wrapI32,
});

export const uintegerAppender = fixed<BigInt64Array>({
  sourceWidth: 4,
  create: (length) => new BigInt64Array(length),
  copy: (source, { from, to, at }, target) => {
    const values = new Uint32Array(source.buffer, source.byteOffset + from * 4, to - from);
    // The low half of each word (DuckDB runs on little-endian machines only) spares a BigInt a row.
    const halves = new Uint32Array(target.buffer, target.byteOffset + at * 8, values.length * 2);
    for (let i = 0; i < values.length; i++) halves[i * 2] = values[i] as number;
  },
  wrap: wrapI64,
});

export const floatAppender = fixed<Float64Array>({
  sourceWidth: 4,
  create: (length) => new Float64Array(length),
  copy: (source, { from, to, at }, target) => {
    const values = new Float32Array(source.buffer, source.byteOffset + from * 4, to - from);
    for (let i = 0; i < values.length; i++) target[at + i] = shortestDouble(values[i] as number);
  },
  wrap: wrapDouble,
});
