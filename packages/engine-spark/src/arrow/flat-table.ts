const SIZE = 4;

/**
 * A table of FlatBuffers, the notation Arrow keeps its metadata in. `slot` is the number of a field in its schema.
 * Reading past the end throws RangeError.
 */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;
  readonly #vtable: number;
  readonly #vtableSize: number;

  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
    this.#vtable = at - view.getInt32(at, true);
    this.#vtableSize = view.getUint16(this.#vtable, true);
  }

  /** The table that a buffer begins with a reference to. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, view.getUint32(0, true));
  }

  int8(slot: number): number {
    const at = this.#field(slot);
    return at === null ? 0 : this.#view.getInt8(at);
  }

  int16(slot: number): number {
    const at = this.#field(slot);
    return at === null ? 0 : this.#view.getInt16(at, true);
  }

  int64(slot: number): number {
    const at = this.#field(slot);
    return at === null ? 0 : Number(this.#view.getBigInt64(at, true));
  }

  has(slot: number): boolean {
    return this.#field(slot) !== null;
  }

  text(slot: number): string | null {
    const at = this.#reference(slot);
    if (at === null) return null;
    const { buffer, byteOffset } = this.#view;
    const length = this.#view.getUint32(at, true);
    return Buffer.from(buffer, byteOffset + at + SIZE, length).toString('utf8');
  }

  table(slot: number): FlatTable | null {
    const at = this.#reference(slot);
    return at === null ? null : new FlatTable(this.#view, at);
  }

  tables(slot: number): readonly FlatTable[] {
    const at = this.#reference(slot);
    if (at === null) return [];
    const count = this.#view.getUint32(at, true);
    return Array.from({ length: count }, (_, i) => {
      const item = at + SIZE + i * SIZE;
      return new FlatTable(this.#view, item + this.#view.getUint32(item, true));
    });
  }

  /** A vector of structs of two int64 each, which is what Arrow's FieldNode and Buffer are. */
  pairs(slot: number): readonly (readonly [number, number])[] {
    const at = this.#reference(slot);
    if (at === null) return [];
    const count = this.#view.getUint32(at, true);
    return Array.from({ length: count }, (_, i) => {
      const item = at + SIZE + i * 16;
      return [
        Number(this.#view.getBigInt64(item, true)),
        Number(this.#view.getBigInt64(item + 8, true)),
      ] as const;
    });
  }

  #reference(slot: number): number | null {
    const at = this.#field(slot);
    return at === null ? null : at + this.#view.getUint32(at, true);
  }

  #field(slot: number): number | null {
    const entry = SIZE + slot * 2;
    if (entry + 2 > this.#vtableSize) return null;
    const offset = this.#view.getUint16(this.#vtable + entry, true);
    return offset === 0 ? null : this.#at + offset;
  }
}
