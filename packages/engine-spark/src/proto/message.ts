import { ProtoReader, WIRE } from './proto-reader.ts';
import { ProtoWriter } from './proto-writer.ts';

const WIRE_TYPE_BITS = 8;
/** A data type nests; nobody's schema is deeper. */
const MAX_DEPTH = 200;

/** How values of one type stand on the wire. */
export interface Kind<T> {
  readonly wireType: number;
  write(writer: ProtoWriter, value: T): void;
  read(reader: ProtoReader, depth: number): T;
}

export interface Field<T> {
  readonly id: number;
  wireType(): number;
  /** Writes the value, with its tags. */
  put(writer: ProtoWriter, value: T): void;
  /** The value after one more occurrence of the field; `before`, which an earlier call has made, may be that. */
  take(before: T | undefined, reader: ProtoReader, depth: number): T;
}

/** The values of a message by the name they have here. Absent ones are `undefined`. */
export type Values<V> = { readonly [K in keyof V]?: V[K] };

export interface Message<T> extends Kind<T> {
  encode(value: T): Buffer;
  /** Throws RangeError for bytes that are no such message. */
  decode(bytes: Uint8Array): T;
}

export type MessageOf<M> = M extends Message<infer T> ? T : never;

export const text: Kind<string> = {
  wireType: WIRE.bytes,
  write: (writer, value) => writer.text(value),
  read: (reader) => reader.text(),
};
export const bytes: Kind<Uint8Array> = {
  wireType: WIRE.bytes,
  write: (writer, value) => writer.bytes(value),
  read: (reader) => reader.bytes(),
};
export const bool: Kind<boolean> = {
  wireType: WIRE.varint,
  write: (writer, value) => writer.varint(value ? 1 : 0),
  read: (reader) => reader.varint() !== 0,
};
/** Enums, counts, and what else is never negative. */
export const uint: Kind<number> = {
  wireType: WIRE.varint,
  write: (writer, value) => writer.varint(value),
  read: (reader) => reader.varint(),
};
/** Read only: int32 and int64, to the precision of a number. */
export const int: Kind<number> = { ...uint, read: (reader) => reader.signed() };

export function field<T>(id: number, kind: Kind<T> | (() => Kind<T>)): Field<T> {
  const of = typeof kind === 'function' ? kind : () => kind;
  return {
    id,
    wireType: () => of().wireType,
    put: (writer, value) => {
      writer.varint(id * WIRE_TYPE_BITS + of().wireType);
      of().write(writer, value);
    },
    take: (_before, reader, depth) => of().read(reader, depth),
  };
}

export function repeated<T>(id: number, kind: Kind<T> | (() => Kind<T>)): Field<readonly T[]> {
  const one = field(id, kind);
  return {
    id,
    wireType: () => one.wireType(),
    put: (writer, values) => {
      for (const value of values) one.put(writer, value);
    },
    take: (before, reader, depth) => {
      const values = (before ?? []) as T[];
      values.push(one.take(undefined, reader, depth));
      return values;
    },
  };
}

/** `map<string, T>`: on the wire, repeated pairs. */
export function mapOf<T>(id: number, kind: Kind<T>): Field<ReadonlyMap<string, T>> {
  const pair = message({ key: field(1, text), value: field(2, kind) });
  const pairs = repeated(id, pair);
  return {
    id,
    wireType: () => WIRE.bytes,
    put: (writer, entries) =>
      pairs.put(
        writer,
        [...entries].map(([key, value]) => ({ key, value })),
      ),
    take: (before, reader, depth) => {
      const { key = '', value } = pair.read(reader, depth);
      const entries = (before ?? new Map()) as Map<string, T>;
      if (value !== undefined) entries.set(key, value);
      return entries;
    },
  };
}

/** The table of a message. Fields that it does not name are skipped. */
export function message<V extends object>(
  fields: {
    readonly [K in keyof V]: Field<V[K]>;
  },
): Message<Values<V>> {
  const named = Object.entries<Field<unknown>>(fields as Record<string, Field<unknown>>);
  const byId = new Map(named.map(([name, entry]) => [entry.id, { name, entry }]));

  const encode = (value: Values<V>): Buffer => {
    const writer = new ProtoWriter();
    for (const [name, entry] of named) {
      const item = (value as Record<string, unknown>)[name];
      if (item !== undefined) entry.put(writer, item);
    }
    return writer.finish();
  };
  const readAll = (reader: ProtoReader, depth: number): Values<V> => {
    if (depth > MAX_DEPTH) throw new RangeError(`a protobuf message of more than ${MAX_DEPTH} levels`);
    const values: Record<string, unknown> = {};
    while (!reader.isAtEnd) {
      const tag = reader.varint();
      const known = byId.get(Math.floor(tag / WIRE_TYPE_BITS));
      const wireType = tag % WIRE_TYPE_BITS;
      if (known?.entry.wireType() !== wireType) reader.skip(wireType);
      else values[known.name] = known.entry.take(values[known.name], reader, depth);
    }
    return values as Values<V>;
  };
  return {
    wireType: WIRE.bytes,
    encode,
    decode: (input) => readAll(new ProtoReader(input), 0),
    write: (writer, value) => writer.bytes(encode(value)),
    read: (reader, depth) => readAll(new ProtoReader(reader.bytes()), depth + 1),
  };
}
