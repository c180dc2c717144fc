import type { ByteReader } from '../bytes/byte-reader.ts';
import type { ByteWriter } from '../bytes/byte-writer.ts';
import { WireType } from '../bytes/wire-type.ts';
import { ThriftProtocolError } from '../errors.ts';
import type { Codec, MessageOf } from './codec.ts';

export interface Field<T, Presence extends 'required' | 'optional'> {
  readonly id: number;
  readonly codec: Codec<T>;
  readonly presence: Presence;
  /** Printed as `***`. */
  readonly secret: boolean;
}

/** `secret` fields are printed as `***`. */
export function field<T, P extends 'required' | 'optional'>(
  id: number,
  codec: Codec<T>,
  presence: P,
  secret?: 'secret',
): Field<T, P> {
  return { id, codec, presence, secret: secret !== undefined };
}

export type Fields = Readonly<Record<string, Field<unknown, 'required' | 'optional'>>>;

type KeysOf<F extends Fields, P> = { [K in keyof F]: F[K]['presence'] extends P ? K : never }[keyof F];
type Flat<T> = { [K in keyof T]: T[K] };
export type StructOf<F extends Fields> = Flat<
  { readonly [K in KeysOf<F, 'required'>]: MessageOf<F[K]['codec']> } & {
    readonly [K in KeysOf<F, 'optional'>]?: MessageOf<F[K]['codec']>;
  }
>;

export interface StructCodec<F extends Fields> extends Codec<StructOf<F>> {
  readonly kind: 'struct';
  readonly name: string;
  readonly fields: F;
}

interface Entry extends Field<unknown, 'required' | 'optional'> {
  readonly key: string;
}

/**
 * A table of fields is a message: its reader, writer, TypeScript type and debug print. Written in the table's order.
 * On reading, fields may come in any order, unknown ones and ones of another wire type are skipped, the last of two
 * wins, as in Thrift's generated code; a required one that is missing throws `missing-field`.
 */
export function struct<F extends Fields>(name: string, fields: F): StructCodec<F> {
  const entries: readonly Entry[] = Object.entries(fields).map(([key, f]) => ({ ...f, key }));
  const required = entries.filter((entry) => entry.presence === 'required');
  const byId: Entry[] = [];
  for (const entry of entries) byId[entry.id] = entry;
  return {
    kind: 'struct',
    name,
    fields,
    wireType: WireType.STRUCT,
    minBytes: 1 + required.reduce((sum, entry) => sum + 3 + entry.codec.minBytes, 0),
    read(reader) {
      const value: Record<string, unknown> = {};
      readFields(reader, byId, (entry) => {
        value[entry.key] = entry.codec.read(reader);
      });
      for (const entry of required) {
        if (value[entry.key] === undefined) throw missing(name, entry);
      }
      return value as StructOf<F>;
    },
    write(writer, value) {
      const values = value as Readonly<Record<string, unknown>>;
      for (const entry of entries) {
        const item = values[entry.key];
        if (item !== undefined) writeField(writer, entry, item);
        else if (entry.presence === 'required') throw missing(name, entry);
      }
      writer.u8(WireType.STOP);
    },
    print: (value) => printFields(name, entries, value as Readonly<Record<string, unknown>>),
  };
}

type UnionFields = Readonly<Record<string, Field<unknown, 'optional'>>>;
/** Exactly one of the keys. */
export type UnionOf<F extends UnionFields> = {
  [K in keyof F]: { readonly [P in K]: MessageOf<F[K]['codec']> } & {
    readonly [P in Exclude<keyof F, K>]?: never;
  };
}[keyof F];

export interface UnionCodec<F extends UnionFields> extends Codec<UnionOf<F>> {
  readonly kind: 'union';
  readonly name: string;
  readonly fields: F;
}

/** A struct of which exactly one field is set; anything else throws `bad-message`. */
export function union<F extends UnionFields>(name: string, fields: F): UnionCodec<F> {
  const entries: readonly Entry[] = Object.entries(fields).map(([key, f]) => ({ ...f, key }));
  const byId: Entry[] = [];
  for (const entry of entries) byId[entry.id] = entry;
  return {
    kind: 'union',
    name,
    fields,
    wireType: WireType.STRUCT,
    minBytes: 4 + Math.min(...entries.map((entry) => entry.codec.minBytes)),
    read(reader) {
      const value: Record<string, unknown> = {};
      let count = 0;
      readFields(reader, byId, (entry) => {
        value[entry.key] = entry.codec.read(reader);
        count += 1;
      });
      if (count !== 1) throw notOne(name, count);
      return value as UnionOf<F>;
    },
    write(writer, value) {
      const values = value as Readonly<Record<string, unknown>>;
      const set = entries.filter((entry) => values[entry.key] !== undefined);
      const [entry] = set;
      if (entry === undefined || set.length > 1) throw notOne(name, set.length);
      writeField(writer, entry, values[entry.key]);
      writer.u8(WireType.STOP);
    },
    print: (value) => printFields(name, entries, value as Readonly<Record<string, unknown>>),
  };
}

function readFields(reader: ByteReader, byId: readonly Entry[], onField: (entry: Entry) => void): void {
  reader.enter();
  for (let type = reader.u8(); type !== WireType.STOP; type = reader.u8()) {
    const entry = byId[reader.i16()];
    if (entry?.codec.wireType === type) onField(entry);
    else reader.skip(type);
  }
  reader.leave();
}

function writeField(writer: ByteWriter, entry: Entry, value: unknown): void {
  writer.u8(entry.codec.wireType);
  writer.i16(entry.id);
  entry.codec.write(writer, value);
}

function printFields(
  name: string,
  entries: readonly Entry[],
  values: Readonly<Record<string, unknown>>,
): string {
  const shown = entries
    .filter((entry) => values[entry.key] !== undefined)
    .map((entry) => `${entry.key}: ${entry.secret ? '***' : entry.codec.print(values[entry.key])}`);
  return shown.length === 0 ? `${name} {}` : `${name} { ${shown.join(', ')} }`;
}

function missing(name: string, entry: Entry): ThriftProtocolError {
  return new ThriftProtocolError(
    'missing-field',
    `${name} lacks its required field ${entry.id} '${entry.key}'`,
  );
}

function notOne(name: string, count: number): ThriftProtocolError {
  return new ThriftProtocolError('bad-message', `union ${name} has ${count} fields set instead of one`);
}
