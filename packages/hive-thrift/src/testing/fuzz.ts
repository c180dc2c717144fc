import { onTestFailed } from 'vitest';

/** The same in every run, so that a red run is red again; `SENBON_FUZZ_SEED` for another. */
const SEED = Number(process.env['SENBON_FUZZ_SEED'] ?? 0);

/** How often a case is tried; `SENBON_FUZZ_ROUNDS` for longer runs by hand. */
export function fuzzRounds(rounds: number): number {
  return Number(process.env['SENBON_FUZZ_ROUNDS'] ?? rounds);
}

/** The time that many rounds may take, in ms. */
export const FUZZ_TIMEOUT_MS = Math.max(20_000, fuzzRounds(0) * 100);

/** The seed of one test, which is printed when it fails. */
export function fuzzSeed(own: number): number {
  onTestFailed(() => void process.stderr.write(`To see this again: SENBON_FUZZ_SEED=${SEED}\n`));
  return SEED + own;
}
