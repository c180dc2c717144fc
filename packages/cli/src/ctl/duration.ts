import { parseDuration } from '@senbon/core';

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `10m`, `30s`, `1h`, or of what Kyuubi's configuration takes. `null` when it is no time above 0. */
export function durationOf(text: string): number | null {
  const [, amount, unit = ''] = /^\s*(\d+)\s*(ms|s|m|h)\s*$/i.exec(text) ?? [];
  const perUnit = UNITS_MS[unit.toLowerCase()];
  const ms = perUnit === undefined ? parseDuration(text) : Number(amount) * perUnit;
  return ms === null || ms <= 0 ? null : ms;
}
