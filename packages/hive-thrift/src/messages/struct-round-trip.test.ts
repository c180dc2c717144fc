import { describe, expect, it } from 'vitest';
import { ByteReader } from '../bytes/byte-reader.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { ThriftProtocolError } from '../errors.ts';
import { Random } from '../testing/random.ts';
import { type AnyStruct, type AnyUnion, allTables, type Fill, sample } from '../testing/samples.ts';
import type { Codec } from './codec.ts';

const encode = (codec: Codec<unknown>, value: unknown): Uint8Array => {
  const writer = new ByteWriter();
  codec.write(writer, value);
  return writer.finish();
};
const decode = (codec: Codec<unknown>, bytes: Uint8Array): unknown => {
  const reader = new ByteReader(bytes);
  const value = codec.read(reader);
  expect(reader.remaining).toBe(0);
  return value;
};
const table = (entry: AnyStruct | AnyUnion) => [entry.name, entry as unknown as Codec<unknown>] as const;

describe('every struct', () => {
  it('is in the list', () => {
    expect(allTables.length).toBe(72);
    expect(allTables.map((entry) => entry.name)).toContain('TGetCrossReferenceReq');
  });

  describe.each(allTables.map(table))('%s', (_name, codec) => {
    const fills: readonly Fill[] = ['all', 'required', 'some', 'some', 'some'];
    const values = fills.map((fill, seed) => sample(codec, new Random(seed), fill));

    it('reads back what it writes', () => {
      for (const value of values) expect(decode(codec, encode(codec, value))).toEqual(value);
    });

    it('is never shorter than its table says', () => {
      for (const value of values) expect(encode(codec, value).length).toBeGreaterThanOrEqual(codec.minBytes);
    });

    it('cut short anywhere is truncated', () => {
      for (const value of values) {
        const bytes = encode(codec, value);
        for (let length = 0; length < bytes.length; length++) {
          const reader = new ByteReader(bytes.subarray(0, length));
          expect(() => codec.read(reader), `${length} of ${bytes.length} bytes`).toThrow(
            expect.objectContaining({ kind: 'truncated' }),
          );
        }
      }
    });

    it('is passed over in exactly its length', () => {
      for (const value of values) {
        const bytes = encode(codec, value);
        const reader = new ByteReader(Buffer.concat([bytes, Buffer.from('rest')]));
        reader.skip(codec.wireType);
        expect(reader.offset).toBe(bytes.length);
      }
    });

    it('prints on one line', () => {
      for (const value of values) expect(codec.print(value)).not.toContain('\n');
    });
  });
});

describe('a struct without one of its required fields', () => {
  const structs = allTables.filter((entry): entry is AnyStruct => entry.kind === 'struct');
  const cases = structs.flatMap((entry) =>
    Object.entries(entry.fields)
      .filter(([, field]) => field.presence === 'required')
      .map(([key, field]) => ({ entry, key, id: field.id, title: `${entry.name}.${key}` })),
  );

  it.each(cases)('$title', ({ entry, key, id }) => {
    const whole = sample(entry as Codec<unknown>, new Random(1), 'all') as Record<string, unknown>;
    const { [key]: _left, ...rest } = whole;
    expect(() => encode(entry as unknown as Codec<unknown>, rest)).toThrow(
      new ThriftProtocolError('missing-field', `${entry.name} lacks its required field ${id} '${key}'`),
    );
    // On the wire: renumber the field so that the reader does not know it.
    const bytes = Buffer.from(encode(entry as unknown as Codec<unknown>, whole));
    renumber(bytes, id);
    expect(() => entry.read(new ByteReader(bytes))).toThrow(
      expect.objectContaining({ kind: 'missing-field' }),
    );
  });
});

/** Gives the top-level field `id` a number that no table has. */
function renumber(bytes: Buffer, id: number): void {
  const reader = new ByteReader(bytes);
  for (let type = reader.u8(); type !== 0; type = reader.u8()) {
    const at = reader.offset;
    if (reader.i16() === id) bytes.writeInt16BE(999, at);
    reader.skip(type);
  }
}
