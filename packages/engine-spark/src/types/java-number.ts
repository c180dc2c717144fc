const LEAST_PLAIN = 1e-3;
const LEAST_SCIENTIFIC = 1e7;

/** A double (or the shortest double of a float) as Java writes it: `1.0`, `1.0E10`, `NaN`, `-Infinity`. */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= LEAST_PLAIN && size < LEAST_SCIENTIFIC) {
    const text = String(value);
    return text.includes('.') ? text : `${text}.0`;
  }
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}
