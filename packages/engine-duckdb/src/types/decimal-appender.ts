import type { ChunkColumn } from '../result/chunk-column.ts';
import type { TextSink } from '../result/text-sink.ts';
import type { AppenderFactory } from './column-appender.ts';
import { type PutValue, textAppender } from './text-appender.ts';

const MINUS = 45;
const POINT = 46;
/** Greatest width that DuckDB keeps in 2, 4 and 8 bytes; wider ones take 16. */
const WIDTH_OF_INT16 = 4;
const WIDTH_OF_INT32 = 9;
const WIDTH_OF_INT64 = 18;

/** DECIMAL(width, scale) as plain text with all its decimals, as `new BigDecimal` reads. */
export function decimalAppender(width: number, scale: number): AppenderFactory {
  return textAppender(decimalPut(width, scale));
}

function decimalPut(width: number, scale: number): PutValue {
  if (width <= WIDTH_OF_INT16) {
    return (column, row, sink) => putScaled(sink, column.view(2).getInt16(row * 2, true), scale);
  }
  if (width <= WIDTH_OF_INT32) {
    return (column, row, sink) => putScaled(sink, column.view(4).getInt32(row * 4, true), scale);
  }
  if (width <= WIDTH_OF_INT64) return (column, row, sink) => putScaled(sink, column.int64(row), scale);
  return (column, row, sink) => putScaled(sink, int128At(column, row), scale);
}

/** HUGEINT and its unsigned sister. */
export const hugeintAppender = textAppender((column, row, sink) => putScaled(sink, int128At(column, row), 0));
export const uhugeintAppender = textAppender((column, row, sink) =>
  putScaled(sink, uint128At(column, row), 0),
);
export const ubigintAppender = textAppender((column, row, sink) =>
  putScaled(sink, column.view(8).getBigUint64(row * 8, true), 0),
);

/** `value` / 10^scale. */
export function putScaled(sink: TextSink, value: number | bigint, scale: number): void {
  if (typeof value === 'bigint' && !isSafe(value)) {
    putScaledText(sink, value, scale);
    return;
  }
  const number = Number(value);
  if (number < 0) sink.putByte(MINUS);
  const magnitude = Math.abs(number);
  // Powers of ten are exact numbers up to 10^22; beyond 10^15 the quotient of a safe integer is 0 anyway.
  const power = 10 ** scale;
  const whole = Math.floor(magnitude / power);
  sink.putDigits(whole, 1);
  if (scale === 0) return;
  sink.putByte(POINT);
  if (scale > 15) sink.put(String(magnitude).padStart(scale, '0'));
  else sink.putDigits(magnitude - whole * power, scale);
}

function putScaledText(sink: TextSink, value: bigint, scale: number): void {
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  const point = digits.length - scale;
  sink.put((value < 0n ? '-' : '') + digits.slice(0, point) + (scale > 0 ? `.${digits.slice(point)}` : ''));
}

function isSafe(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
}

function int128At(column: ChunkColumn, row: number): bigint {
  const view = column.view(16);
  return (view.getBigInt64(row * 16 + 8, true) << 64n) | view.getBigUint64(row * 16, true);
}

function uint128At(column: ChunkColumn, row: number): bigint {
  const view = column.view(16);
  return (view.getBigUint64(row * 16 + 8, true) << 64n) | view.getBigUint64(row * 16, true);
}
