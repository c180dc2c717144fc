import type { JuteReader } from './jute-reader.ts';
import type { JuteWriter } from './jute-writer.ts';

/** How one value lies on the wire. `minBytes` is the least a value takes; it bounds vector counts. */
export interface Codec<T> {
  readonly minBytes: number;
  read(reader: JuteReader): T;
  write(writer: JuteWriter, value: T): void;
}

/** The TypeScript type of what a codec reads. */
export type Static<C> = C extends Codec<infer T> ? T : never;

export const int: Codec<number> = {
  minBytes: 4,
  read: (reader) => reader.readInt(),
  write: (writer, value) => writer.writeInt(value),
};

export const long: Codec<bigint> = {
  minBytes: 8,
  read: (reader) => reader.readLong(),
  write: (writer, value) => writer.writeLong(value),
};

/**
 * A long held as a number: zxids, times and durations of this server stay below 2^53. A foreign value
 * above that loses its low bits, which comparing does not mind.
 */
export const longAsNumber: Codec<number> = {
  minBytes: 8,
  read: (reader) => Number(reader.readLong()),
  write: (writer, value) => writer.writeLong(BigInt(value)),
};

export const bool: Codec<boolean> = {
  minBytes: 1,
  read: (reader) => reader.readBool(),
  write: (writer, value) => writer.writeBool(value),
};

export const ustring: Codec<string> = {
  minBytes: 4,
  read: (reader) => reader.readString(),
  write: (writer, value) => writer.writeString(value),
};

export const buffer: Codec<Buffer | null> = {
  minBytes: 4,
  read: (reader) => reader.readBuffer(),
  write: (writer, value) => writer.writeBuffer(value),
};

export function vector<T>(item: Codec<T>): Codec<readonly T[]> {
  return {
    minBytes: 4,
    read: (reader) => reader.readVector(item.minBytes, () => item.read(reader)),
    write: (writer, items) => writer.writeVector(items, (value) => item.write(writer, value)),
  };
}

type RecordOf<S> = { readonly [K in keyof S]: Static<S[K]> };

/** A record: its fields one after the other, in the order of the table. */
export function record<S extends { readonly [K in keyof S]: S[K] }>(shape: S): Codec<RecordOf<S>> {
  const fields = Object.entries(shape as unknown as Readonly<Record<string, Codec<unknown>>>);
  let minBytes = 0;
  for (const [, codec] of fields) minBytes += codec.minBytes;
  return {
    minBytes,
    read(reader) {
      const value: Record<string, unknown> = {};
      for (const [name, codec] of fields) value[name] = codec.read(reader);
      return value as RecordOf<S>;
    },
    write(writer, value) {
      const source = value as Readonly<Record<string, unknown>>;
      for (const [name, codec] of fields) codec.write(writer, source[name]);
    },
  };
}
