import type { SenbonError } from '../errors/senbon-error.ts';

/** What is wrong with a request that says in no way we know who it is from. */
export const CREDENTIALS_WANTED = 'send HTTP Basic credentials';

/** Headers of the answer to a request that failed: one for want of a login says how to log in. */
export function challengeOf({ httpStatus }: SenbonError): Record<string, string> {
  return httpStatus === 401 ? { 'www-authenticate': 'Basic realm="kyuubi"' } : {};
}
