import { SenbonError } from '../errors/senbon-error.ts';

/** A draining engine has lost its node already, a dying one its port soon; the next look tells. */
const SOON_MS = 200;

/**
 * Nobody listens at the engine's address: the one proof of death that a gateway has. An engine that does not answer in time
 * may be overloaded or stopped, and still hold the sessions of others.
 */
export function isDead(error: unknown): boolean {
  if (!(error instanceof SenbonError) || error.code !== 'ENGINE_UNREACHABLE') return false;
  const { cause } = error;
  // A name with several addresses is tried at each of them.
  const attempts: readonly unknown[] = cause instanceof AggregateError ? cause.errors : [cause];
  return attempts.every((attempt) => (attempt as NodeJS.ErrnoException | null)?.code === 'ECONNREFUSED');
}

export function isWorthRetrying(error: unknown): boolean {
  if (!(error instanceof SenbonError)) return false;
  return isUnanswered(error) || error.details['draining'] === 1;
}

/** What to wait before the next attempt; an engine that is dead or silent needs `waitMs`. */
export function retryWaitMs(error: unknown, waitMs: number): number {
  return error instanceof SenbonError && error.code === 'ENGINE_UNREACHABLE'
    ? waitMs
    : Math.min(SOON_MS, waitMs);
}

function isUnanswered({ code }: SenbonError): boolean {
  return code === 'ENGINE_UNREACHABLE' || code === 'ENGINE_LOST';
}
