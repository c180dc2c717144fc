import { SenbonError } from '../errors/senbon-error.ts';

/** A name is part of paths in discovery and on disk, of every log line about its sessions, and of tokens. */
export const MAX_USER_NAME_CHARS = 256;
const QUOTED_CHARS = 32;

/** The name itself. Throws AUTHENTICATION_FAILED for one that is too long, or would break a line of the log. */
export function checkUserName(name: string): string {
  if (name.length <= MAX_USER_NAME_CHARS && !/\p{Cc}/u.test(name)) return name;
  const user = JSON.stringify(name.slice(0, QUOTED_CHARS));
  const problem = `a user name has at most ${MAX_USER_NAME_CHARS} characters, and no control characters`;
  throw new SenbonError('AUTHENTICATION_FAILED', { user, problem });
}
