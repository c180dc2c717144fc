import { type ColumnInfo, type Value } from '@senbon/client';
import { TTypeId } from '@senbon/hive-thrift';

/** A cell as text; NULL stays null. */
export type CellText = (value: Value) => string | null;

/** The way a column's cells are shown in text formats: numbers as Java's drivers show them, bytes as `0x…`. */
export function cellTextOf(column: ColumnInfo): CellText {
  switch (column.typeId) {
    case TTypeId.FLOAT:
      return (value) => (typeof value === 'number' ? doubleText(shortestFloat(value)) : plainText(value));
    case TTypeId.DOUBLE:
      return (value) => (typeof value === 'number' ? doubleText(value) : plainText(value));
    default:
      return plainText;
  }
}

/** A cell as a JSON value. Bytes are Base64; what JSON has no number for is a string. */
export function jsonTextOf(column: ColumnInfo): (value: Value) => string {
  const text = cellTextOf(column);
  const isDecimal = column.typeId === TTypeId.DECIMAL;
  return (value) => {
    if (value === null) return 'null';
    if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`;
    if (typeof value === 'string') return isDecimal && isNumber(value) ? value : JSON.stringify(value);
    if (typeof value === 'number' && !Number.isFinite(value)) return `"${value}"`;
    return text(value) ?? 'null';
  };
}

function plainText(value: Value): string | null {
  if (value === null || typeof value === 'string') return value;
  return value instanceof Uint8Array ? `0x${Buffer.from(value).toString('hex')}` : String(value);
}

/** `1.0`, so that it is seen to be no integer. */
function doubleText(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

const MIN_FLOAT_DIGITS = 6;
/** So many digits tell every two floats apart. */
const MAX_FLOAT_DIGITS = 9;

/** A float travels as a double: 0.1 would be shown as 0.10000000149011612. */
function shortestFloat(value: number): number {
  if (!Number.isFinite(value) || Math.fround(value) !== value) return value;
  for (let digits = MIN_FLOAT_DIGITS; digits < MAX_FLOAT_DIGITS; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(MAX_FLOAT_DIGITS));
}

function isNumber(text: string): boolean {
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text);
}
