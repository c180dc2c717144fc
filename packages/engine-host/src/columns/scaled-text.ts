import type { TextSink } from './text-sink.ts';

const MINUS = 45;
const POINT = 46;

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
