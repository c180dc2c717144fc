/** Below it a float knows every whole number. */
const EXACT = 2 ** 24;

/**
 * The double with a float's own shortest decimals: 0.1f is sent as 0.1, not as 0.10000000149011612, because
 * HiveServer2 carries FLOAT in a double column and converts by way of the text.
 */
export function shortestDouble(value: number): number {
  if (!Number.isFinite(value)) return value;
  if (Math.abs(value) < EXACT) {
    if (Number.isInteger(value)) return value;
    for (let power = 10; power <= 1e6; power *= 10) {
      const candidate = Math.round(value * power) / power;
      if (Math.fround(candidate) === value) return candidate;
    }
  }
  for (let digits = 2; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(9));
}
