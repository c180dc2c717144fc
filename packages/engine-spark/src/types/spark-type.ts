import type { DataTypeMessage } from '../proto/data-type.ts';

/** Spark's types without anything of their own. */
const PLAIN = [
  'null',
  'boolean',
  'byte',
  'short',
  'integer',
  'long',
  'float',
  'double',
  'string',
  'binary',
  'date',
  'timestamp',
  'timestampNtz',
  'calendarInterval',
  'yearMonthInterval',
  'dayTimeInterval',
  'variant',
] as const;
type PlainKind = (typeof PLAIN)[number];

export type SparkType =
  | { readonly kind: PlainKind }
  | { readonly kind: 'char' | 'varchar'; readonly length: number }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'array'; readonly element: SparkType }
  | { readonly kind: 'map'; readonly key: SparkType; readonly value: SparkType }
  | { readonly kind: 'struct'; readonly fields: readonly SparkField[] }
  /** One that this version does not know; `text` is what Spark calls it. */
  | { readonly kind: 'unknown'; readonly text: string };

export interface SparkField {
  readonly name: string;
  readonly type: SparkType;
  readonly isNullable: boolean;
  /** JSON; a comment is in it. */
  readonly metadata: string | null;
}

/** DECIMAL without precision and scale. */
const DEFAULT_PRECISION = 10;

/** A schema of the wire: always a struct. */
export function fieldsOf(message: DataTypeMessage): readonly SparkField[] {
  return (message.struct?.fields ?? []).map(({ name = '', dataType = {}, nullable = false, metadata }) => ({
    name,
    type: sparkType(dataType),
    isNullable: nullable,
    metadata: metadata ?? null,
  }));
}

export function sparkType(message: DataTypeMessage): SparkType {
  const { decimal, array, struct, map, udt, char, varChar, unparsed } = message;
  if (decimal !== undefined) {
    const { precision = DEFAULT_PRECISION, scale = 0 } = decimal;
    return { kind: 'decimal', precision, scale };
  }
  if (array !== undefined) return { kind: 'array', element: sparkType(array.elementType ?? {}) };
  if (struct !== undefined) return { kind: 'struct', fields: fieldsOf(message) };
  if (map !== undefined) {
    return { kind: 'map', key: sparkType(map.keyType ?? {}), value: sparkType(map.valueType ?? {}) };
  }
  // Its values travel as those of the type it is made of.
  if (udt !== undefined) return sparkType(udt.sqlType ?? {});
  if (char !== undefined) return { kind: 'char', length: char.length ?? 0 };
  if (varChar !== undefined) return { kind: 'varchar', length: varChar.length ?? 0 };
  const plain = PLAIN.find((kind) => message[kind] !== undefined);
  return plain === undefined ? { kind: 'unknown', text: unparsed?.dataTypeString ?? '?' } : { kind: plain };
}
