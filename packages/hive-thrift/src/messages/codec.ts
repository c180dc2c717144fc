import type { ByteReader } from '../bytes/byte-reader.ts';
import type { ByteWriter } from '../bytes/byte-writer.ts';
import type { WireType } from '../bytes/wire-type.ts';

/** How values of one type are read, written and shown. Tables of these are the messages (see `struct`). */
export interface Codec<T> {
  /** What it is, for those who walk tables. */
  readonly kind: string;
  readonly wireType: WireType;
  /** Fewest bytes a value takes on the wire: bounds the counts of containers before anything is allocated. */
  readonly minBytes: number;
  read(reader: ByteReader): T;
  write(writer: ByteWriter, value: T): void;
  /** For people: secrets and bytes are not shown. */
  print(value: T): string;
}

/** The TypeScript type of a table's values. */
export type MessageOf<C> = C extends Codec<infer T> ? T : never;
