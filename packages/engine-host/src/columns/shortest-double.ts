/**
 * The double with a float's own shortest decimals: 0.1f is sent as 0.1, not as 0.10000000149011612, because
 * HiveServer2 carries FLOAT in a double column and converts by way of the text.
 */
export function shortestDouble(value: number): number {
  if (Number.isInteger(value) || !Number.isFinite(value)) return value;
  for (let power = 10; power <= 1e6; power *= 10) {
    const candidate = Math.round(value * power) / power;
    if (Math.fround(candidate) === value) return candidate;
  }
  for (let digits = 6; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(9));
}
