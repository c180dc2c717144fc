import { isInvalid } from '@senbon/engine-host';
import type { ArrowField } from './arrow-schema.ts';

/** The nodes and buffers of a batch, in the order in which its columns, depth first, use them. */
export interface BufferCursor {
  node(): { readonly length: number; readonly nullCount: number };
  buffer(): Uint8Array;
}

type TypedArray<T> = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => T;

const NONE = new Uint8Array(0);

/** One column of an Arrow batch: its buffers, where they lie. */
export class ArrowColumn {
  readonly field: ArrowField;
  readonly length: number;
  /** 1 = not NULL; `null` when nothing is NULL. */
  readonly validity: Uint8Array | null;
  /** Of lists, maps, texts and binaries; `length + 1` of them. */
  readonly offsets: Int32Array;
  /** Values of a fixed width, bits of booleans, bytes of texts and binaries. */
  readonly data: Uint8Array;
  readonly children: readonly ArrowColumn[];

  private constructor(init: {
    readonly field: ArrowField;
    readonly length: number;
    readonly validity: Uint8Array | null;
    readonly offsets: Int32Array;
    readonly data: Uint8Array;
    readonly children: readonly ArrowColumn[];
  }) {
    this.field = init.field;
    this.length = init.length;
    this.validity = init.validity;
    this.offsets = init.offsets;
    this.data = init.data;
    this.children = init.children;
  }

  static read(field: ArrowField, cursor: BufferCursor): ArrowColumn {
    const { length, nullCount } = cursor.node();
    const { layout } = field;
    if (layout.kind === 'null') {
      const validity = new Uint8Array((length + 7) >> 3);
      return new ArrowColumn({ field, length, validity, offsets: EMPTY, data: NONE, children: [] });
    }
    const bits = cursor.buffer();
    const validity = nullCount === 0 || bits.length === 0 ? null : bits;
    const hasOffsets = 'isLarge' in layout || layout.kind === 'map';
    const isLarge = 'isLarge' in layout && layout.isLarge;
    const offsets = hasOffsets ? readOffsets(cursor.buffer(), length, isLarge) : EMPTY;
    const hasData = layout.kind !== 'list' && layout.kind !== 'map' && layout.kind !== 'struct';
    const data = hasData ? cursor.buffer() : NONE;
    const children = field.children.map((child) => ArrowColumn.read(child, cursor));
    return new ArrowColumn({ field, length, validity, offsets, data, children });
  }

  isNull(row: number): boolean {
    return isInvalid(this.validity, row);
  }

  bit(row: number): boolean {
    return ((this.data[row >> 3] as number) & (1 << (row & 7))) !== 0;
  }

  /** Values of a fixed width, one a row. */
  values<T>(type: TypedArray<T>): T {
    return viewOf(type, this.data, this.length);
  }

  /** The halves of values of 16 bytes, low half first. */
  words(): BigInt64Array {
    return viewOf(BigInt64Array, this.data, this.length * 2);
  }
}

const EMPTY = new Int32Array(1);

/** A column without rows may come without offsets altogether. */
function readOffsets(bytes: Uint8Array, length: number, isLarge: boolean): Int32Array {
  if (length === 0 || bytes.length === 0) return EMPTY;
  if (!isLarge) return viewOf(Int32Array, bytes, length + 1);
  return Int32Array.from(viewOf(BigInt64Array, bytes, length + 1), Number);
}

function viewOf<T>(type: TypedArray<T>, { buffer, byteOffset }: Uint8Array, length: number): T {
  return new type(buffer, byteOffset, length);
}
