import { SenbonError } from '@senbon/core';

/** As a gateway names the engine. */
export const ENGINE_TYPE = 'SPARK_SQL';

export function launchFailed(problem: string, cause?: unknown): SenbonError {
  return new SenbonError('ENGINE_LAUNCH_FAILED', { type: ENGINE_TYPE, problem, log: '' }, { cause });
}
