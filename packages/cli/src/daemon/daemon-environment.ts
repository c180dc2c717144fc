import { SenbonError } from '@senbon/core';
import { type Environment, readEnvironment } from '../environment.ts';

export interface DaemonEnvironment extends Environment {
  /** Old log files kept, `KYUUBI_MAX_LOG_FILES`. */
  readonly maxLogFiles: number;
  /** Scheduling priority, `KYUUBI_NICENESS`. */
  readonly niceness: number;
}

/** Throws CONFIG_INVALID for a variable that is not what it should be. */
export function readDaemonEnvironment(env: NodeJS.ProcessEnv): DaemonEnvironment {
  return {
    ...readEnvironment(env),
    maxLogFiles: wholeNumber(env, 'KYUUBI_MAX_LOG_FILES', { fallback: 5, least: 0, most: 10_000 }),
    niceness: wholeNumber(env, 'KYUUBI_NICENESS', { fallback: 0, least: -20, most: 19 }),
  };
}

interface Range {
  readonly fallback: number;
  readonly least: number;
  readonly most: number;
}

function wholeNumber(env: NodeJS.ProcessEnv, key: string, { fallback, least, most }: Range): number {
  const text = env[key]?.trim() ?? '';
  if (text === '') return fallback;
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new SenbonError('CONFIG_INVALID', {
    key,
    value: JSON.stringify(text),
    where: 'environment variable',
    problem: `expected a whole number from ${least} to ${most}`,
  });
}
