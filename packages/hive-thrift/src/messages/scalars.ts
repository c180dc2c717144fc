import { WireType } from '../bytes/wire-type.ts';
import type { Codec } from './codec.ts';

/** Longer text is cut in the debug print. */
const MAX_PRINTED_CHARS = 200;

export const bool: Codec<boolean> = {
  kind: 'bool',
  wireType: WireType.BOOL,
  minBytes: 1,
  // Generated readers differ in what they take for true; only 1 is ever written.
  read: (reader) => reader.u8() === 1,
  write: (writer, value) => writer.u8(value ? 1 : 0),
  print: String,
};

export const i8: Codec<number> = {
  kind: 'i8',
  wireType: WireType.I8,
  minBytes: 1,
  read: (reader) => reader.i8(),
  write: (writer, value) => writer.i8(value),
  print: String,
};

export const i16: Codec<number> = {
  kind: 'i16',
  wireType: WireType.I16,
  minBytes: 2,
  read: (reader) => reader.i16(),
  write: (writer, value) => writer.i16(value),
  print: String,
};

export const i32: Codec<number> = {
  kind: 'i32',
  wireType: WireType.I32,
  minBytes: 4,
  read: (reader) => reader.i32(),
  write: (writer, value) => writer.i32(value),
  print: String,
};

export const i64: Codec<bigint> = {
  kind: 'i64',
  wireType: WireType.I64,
  minBytes: 8,
  read: (reader) => reader.i64(),
  write: (writer, value) => writer.i64(value),
  print: String,
};

export const double: Codec<number> = {
  kind: 'double',
  wireType: WireType.DOUBLE,
  minBytes: 8,
  read: (reader) => reader.double(),
  write: (writer, value) => writer.double(value),
  print: String,
};

export const string: Codec<string> = {
  kind: 'string',
  wireType: WireType.STRING,
  minBytes: 4,
  read: (reader) => reader.string(),
  write: (writer, value) => writer.string(value),
  print: (value) =>
    value.length > MAX_PRINTED_CHARS
      ? `${JSON.stringify(value.slice(0, MAX_PRINTED_CHARS))}… (${value.length} chars)`
      : JSON.stringify(value),
};

/** Decodes to a view of the message. */
export const binary: Codec<Uint8Array> = {
  kind: 'binary',
  wireType: WireType.STRING,
  minBytes: 4,
  read: (reader) => reader.binary(),
  write: (writer, value) => writer.binary(value),
  print: (value) =>
    value.length === 16 ? Buffer.from(value).toString('hex') : `binary(${value.length} bytes)`,
};

export interface EnumCodec<E extends Readonly<Record<string, number>>> extends Codec<E[keyof E]> {
  readonly kind: 'enum';
  readonly values: E;
}

/** A number that a newer peer knows and we do not decodes as it is; who switches on it needs a default. */
export function enumeration<E extends Readonly<Record<string, number>>>(values: E): EnumCodec<E> {
  const names = new Map(Object.entries(values).map(([name, value]) => [value, name]));
  return {
    kind: 'enum',
    values,
    wireType: WireType.I32,
    minBytes: 4,
    read: (reader) => reader.i32() as E[keyof E],
    write: (writer, value) => writer.i32(value),
    print: (value) => names.get(value) ?? String(value),
  };
}
