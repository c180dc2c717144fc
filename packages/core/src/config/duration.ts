const ISO = /^([+-]?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,9})?)S)?)?$/i;

/**
 * Milliseconds of a duration as Kyuubi writes them: ISO-8601 (`PT15S`, `P1DT2H`) or a plain number of milliseconds.
 * `null` when it is neither.
 */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim();
  if (/^[+-]?\d+$/.test(trimmed)) return Number(trimmed);
  const match = ISO.exec(trimmed);
  if (match === null || /[PT]$/i.test(trimmed)) return null;
  const [, sign, days, hours, minutes, seconds] = match;
  const ms =
    Number(days ?? 0) * 86_400_000 +
    Number(hours ?? 0) * 3_600_000 +
    Number(minutes ?? 0) * 60_000 +
    Math.round(Number(seconds ?? 0) * 1000);
  return sign === '-' ? -ms : ms;
}

/** `PT1M30S` of 90000: how defaults are printed in docs and messages. */
export function formatDuration(ms: number): string {
  if (ms === 0) return 'PT0S';
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = (ms % 60_000) / 1000;
  return `PT${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${seconds > 0 ? `${seconds}S` : ''}`;
}
