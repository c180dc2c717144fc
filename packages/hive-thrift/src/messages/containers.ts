import type { ByteReader } from '../bytes/byte-reader.ts';
import { MAX_MAP_ENTRIES } from '../bytes/limits.ts';
import { WireType } from '../bytes/wire-type.ts';
import { ThriftProtocolError } from '../errors.ts';
import type { Codec } from './codec.ts';

/** Longer lists are cut in the debug print. */
const MAX_PRINTED_ELEMENTS = 20;
/** Values of such keys in a session's or statement's configuration are not shown. */
const SECRET_KEY = /passw|secret|token|credential|\.sign$|key$/i;

export interface ListCodec<T> extends Codec<readonly T[]> {
  readonly kind: 'list';
  readonly element: Codec<T>;
}

export interface MapCodec<V> extends Codec<Map<string, V>> {
  readonly kind: 'map';
  readonly value: Codec<V>;
}

export function list<T>(element: Codec<T>): ListCodec<T> {
  return {
    kind: 'list',
    element,
    wireType: WireType.LIST,
    minBytes: 5,
    read(reader) {
      reader.enter();
      const type = reader.u8();
      const count = reader.count(element.minBytes);
      if (count > 0) expectType(reader, 'list element', type, element);
      const values: T[] = [];
      for (let i = 0; i < count; i++) values.push(element.read(reader));
      reader.leave();
      return values;
    },
    write(writer, values) {
      writer.u8(element.wireType);
      writer.i32(values.length);
      for (const value of values) element.write(writer, value);
    },
    print(values) {
      const shown = values.slice(0, MAX_PRINTED_ELEMENTS).map((value) => element.print(value));
      if (values.length > MAX_PRINTED_ELEMENTS) shown.push(`… (${values.length})`);
      return `[${shown.join(', ')}]`;
    },
  };
}

/** Every map of HiveServer2 has string keys. A key that comes twice keeps its last value. */
export function map<V>(value: Codec<V>): MapCodec<V> {
  return {
    kind: 'map',
    value,
    wireType: WireType.MAP,
    minBytes: 6,
    read(reader) {
      reader.enter();
      const keyType = reader.u8();
      const valueType = reader.u8();
      const count = reader.count(4 + value.minBytes, MAX_MAP_ENTRIES);
      if (count > 0) {
        expectType(reader, 'map key', keyType, { wireType: WireType.STRING });
        expectType(reader, 'map value', valueType, value);
      }
      const entries = new Map<string, V>();
      for (let i = 0; i < count; i++) {
        const key = reader.string();
        entries.set(key, value.read(reader));
      }
      reader.leave();
      return entries;
    },
    write(writer, entries) {
      writer.u8(WireType.STRING);
      writer.u8(value.wireType);
      writer.i32(entries.size);
      for (const [key, entry] of entries) {
        writer.string(key);
        value.write(writer, entry);
      }
    },
    print: (entries) =>
      `{${[...entries].map(([key, entry]) => `${key}=${SECRET_KEY.test(key) ? '***' : value.print(entry)}`).join(', ')}}`,
  };
}

function expectType(reader: ByteReader, what: string, type: number, expected: { wireType: number }): void {
  if (type === expected.wireType) return;
  throw new ThriftProtocolError(
    'bad-type',
    `${what} of wire type ${type} at ${reader.offset}, ${expected.wireType} expected`,
  );
}
