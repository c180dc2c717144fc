import type { Codec } from '../messages/codec.ts';
import type { ListCodec, MapCodec } from '../messages/containers.ts';
import type { EnumCodec } from '../messages/scalars.ts';
import type { Fields, StructCodec, UnionCodec } from '../messages/struct.ts';
import * as tables from '../messages/tables.ts';
import type { Random } from './random.ts';

export type AnyStruct = StructCodec<Fields>;
export type AnyUnion = UnionCodec<Readonly<Record<string, { presence: 'optional' } & Fields[string]>>>;

/** Every struct and union that has a name in the tables. */
export const allTables: readonly (AnyStruct | AnyUnion)[] = Object.values(tables).filter(
  (entry): entry is never => 'kind' in entry && (entry.kind === 'struct' || entry.kind === 'union'),
);

/** How much of a message is there. */
export type Fill = 'all' | 'required' | 'some';

const TEXTS = ['', 'a', 'select 1', 'naïve 東京 🚀', "it's", 'x'.repeat(300), '\u0000\n\t'];
/** Without -0: npm `thrift`, the oracle, writes it as 0. */
const DOUBLES = [0, 1.5, -1e300, Number.MIN_VALUE, Number.POSITIVE_INFINITY, 3.14159];
const BIGINTS = [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n)];

/** A value of any table's type, the same for the same seed. */
export function sample<T>(codec: Codec<T>, random: Random, fill: Fill): T {
  return sampleOf(codec as Codec<unknown>, random, fill) as T;
}

function sampleOf(codec: Codec<unknown>, random: Random, fill: Fill): unknown {
  const scalar = scalars[codec.kind];
  if (scalar !== undefined) return scalar(random);
  switch (codec.kind) {
    case 'enum':
      return random.pick(Object.values((codec as EnumCodec<Record<string, number>>).values));
    case 'list': {
      const { element } = codec as ListCodec<unknown>;
      const length = fill === 'required' ? 0 : 1 + random.int(3);
      return Array.from({ length }, () => sampleOf(element, random, fill));
    }
    case 'map': {
      const { value } = codec as MapCodec<unknown>;
      const length = fill === 'required' ? 0 : 1 + random.int(3);
      return new Map(
        Array.from({ length }, (_, i) => [`key.${i}.${random.int(100)}`, sampleOf(value, random, fill)]),
      );
    }
    case 'struct':
      return sampleStruct(codec as AnyStruct, random, fill);
    case 'union': {
      const [key, field] = random.pick(Object.entries((codec as AnyUnion).fields));
      return { [key]: sampleOf(field.codec, random, fill) };
    }
    default:
      throw new Error(`no sample of kind ${codec.kind}`);
  }
}

function sampleStruct(codec: AnyStruct, random: Random, fill: Fill): unknown {
  const value: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(codec.fields)) {
    const isThere =
      field.presence === 'required' || fill === 'all' || (fill === 'some' && random.chance(0.5));
    if (isThere) value[key] = sampleOf(field.codec, random, fill);
  }
  return value;
}

const scalars: Readonly<Record<string, (random: Random) => unknown>> = {
  bool: (random) => random.chance(0.5),
  i8: (random) => random.int(256) - 128,
  i16: (random) => random.int(2 ** 16) - 2 ** 15,
  i32: (random) => random.int(2 ** 32) - 2 ** 31,
  i64: (random) => (random.chance(0.5) ? random.pick(BIGINTS) : random.bigint()),
  double: (random) => random.pick(DOUBLES),
  string: (random) => random.pick(TEXTS),
  binary: (random) => random.bytes(random.pick([0, 1, 16, 16, 200])),
};
