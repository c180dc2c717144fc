import { describe, expect, it } from 'vitest';
import { TTypeId, TypeQualifier } from './enums.ts';
import type { TTypeDesc, TTypeEntry } from './schema.ts';
import { typeId, typeName, typeQualifier } from './type-name.ts';

const primitive = (type: TTypeId, qualifiers: Record<string, number> = {}): TTypeEntry => {
  const entries = Object.entries(qualifiers).map(([key, i32Value]) => [key, { i32Value }] as const);
  return {
    primitiveEntry: {
      type,
      ...(entries.length === 0 ? {} : { typeQualifiers: { qualifiers: new Map(entries) } }),
    },
  };
};
const desc = (...types: TTypeEntry[]): TTypeDesc => ({ types });
const decimal = primitive(TTypeId.DECIMAL, { [TypeQualifier.PRECISION]: 10, [TypeQualifier.SCALE]: 2 });

describe('typeName', () => {
  it.each([
    [TTypeId.BOOLEAN, 'boolean'],
    [TTypeId.BIGINT, 'bigint'],
    [TTypeId.NULL, 'void'],
    [TTypeId.DATE, 'date'],
    [TTypeId.DECIMAL, 'decimal'],
    [TTypeId.INTERVAL_YEAR_MONTH, 'interval_year_month'],
    [TTypeId.TIMESTAMPLOCALTZ, 'timestamp with local time zone'],
    [TTypeId.ARRAY, 'array'],
  ])('%i is %s', (type, name) => {
    expect(typeName(desc(primitive(type)))).toBe(name);
  });

  it('shows qualifiers', () => {
    expect(typeName(desc(decimal))).toBe('decimal(10,2)');
    expect(typeName(desc(primitive(TTypeId.DECIMAL, { precision: 5 })))).toBe('decimal(5,0)');
    expect(typeName(desc(primitive(TTypeId.VARCHAR, { characterMaximumLength: 9 })))).toBe('varchar(9)');
    expect(typeName(desc(primitive(TTypeId.CHAR, { characterMaximumLength: 3 })))).toBe('char(3)');
    expect(typeName(desc(primitive(TTypeId.INT, { precision: 10 })))).toBe('int');
  });

  it('follows the pointers of nested types', () => {
    expect(typeName(desc({ arrayEntry: { objectTypePtr: 1 } }, primitive(TTypeId.INT)))).toBe('array<int>');
    expect(
      typeName(
        desc(
          { mapEntry: { keyTypePtr: 1, valueTypePtr: 2 } },
          primitive(TTypeId.STRING),
          {
            structEntry: {
              nameToTypePtr: new Map([
                ['a', 3],
                ['b', 4],
              ]),
            },
          },
          decimal,
          { arrayEntry: { objectTypePtr: 5 } },
          primitive(TTypeId.DATE),
        ),
      ),
    ).toBe('map<string,struct<a:decimal(10,2),b:array<date>>>');
    expect(
      typeName(
        desc(
          {
            unionEntry: {
              nameToTypePtr: new Map([
                ['tag_0', 1],
                ['tag_1', 2],
              ]),
            },
          },
          primitive(TTypeId.INT),
          primitive(TTypeId.STRING),
        ),
      ),
    ).toBe('uniontype<int,string>');
    expect(typeName(desc({ userDefinedTypeEntry: { typeClassName: 'a.B' } }))).toBe('a.B');
  });

  it('names a type that it does not know by its number', () => {
    expect(typeName(desc(primitive(77 as TTypeId)))).toBe('type 77');
  });

  it('refuses pointers that lead nowhere, in a circle, or to the power of two', () => {
    expect(() => typeName(desc())).toThrow('leads nowhere');
    expect(() => typeName(desc({ arrayEntry: { objectTypePtr: 7 } }))).toThrow('leads nowhere');
    expect(() => typeName(desc({ arrayEntry: { objectTypePtr: -1 } }))).toThrow('leads nowhere');
    expect(() => typeName(desc({ arrayEntry: { objectTypePtr: 0 } }))).toThrow('leads nowhere');
    const doubling = Array.from(
      { length: 30 },
      (_, i): TTypeEntry => ({ mapEntry: { keyTypePtr: i + 1, valueTypePtr: i + 1 } }),
    );
    expect(() => typeName(desc(...doubling, primitive(TTypeId.INT)))).toThrow('leads nowhere');
  });
});

describe('typeId and typeQualifier', () => {
  it('give the outermost type', () => {
    expect(typeId(desc(decimal))).toBe(TTypeId.DECIMAL);
    expect(typeId(desc({ arrayEntry: { objectTypePtr: 1 } }, decimal))).toBe(TTypeId.ARRAY);
    expect(typeId(desc({ mapEntry: { keyTypePtr: 1, valueTypePtr: 1 } }))).toBe(TTypeId.MAP);
    expect(typeId(desc({ structEntry: { nameToTypePtr: new Map() } }))).toBe(TTypeId.STRUCT);
    expect(typeId(desc({ unionEntry: { nameToTypePtr: new Map() } }))).toBe(TTypeId.UNION);
    expect(typeId(desc({ userDefinedTypeEntry: { typeClassName: 'a.B' } }))).toBe(TTypeId.USER_DEFINED);
    expect(typeId(desc())).toBeNull();
  });

  it('give a number or null', () => {
    expect(typeQualifier(desc(decimal), TypeQualifier.PRECISION)).toBe(10);
    expect(typeQualifier(desc(decimal), TypeQualifier.CHARACTER_MAXIMUM_LENGTH)).toBeNull();
    expect(typeQualifier(desc(), TypeQualifier.SCALE)).toBeNull();
  });
});
