import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { GroupProvider } from '../ports/groups.ts';

const run = promisify(execFile);
/** `id` takes a number for a user id: a client that calls itself `0` is not root. */
const NUMBER = /^\+?\d+$/;
const TIMEOUT_MS = 9_000;
const MAX_OUTPUT_BYTES = 65_536;

/**
 * Groups of this machine's accounts, from wherever it has them (files, LDAP, SSSD). What Hadoop's group mapping does unless it is
 * told otherwise.
 */
export const osGroups: GroupProvider = {
  name: 'os',
  primaryGroupOf: async (user, { signal }) => {
    if (NUMBER.test(user) || user.includes('\u0000')) throw new Error('no account has such a name');
    const options = { signal, timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES };
    try {
      const { stdout } = await run('id', ['-g', '-n', '--', user], options);
      return stdout.trim();
    } catch (error) {
      if (typeof (error as { code?: unknown }).code !== 'number') throw error;
      throw new Error(`this machine knows no such account: ${lastLine(error)}`, { cause: error });
    }
  },
};

function lastLine(error: unknown): string {
  const { stderr } = error as { stderr?: string };
  return stderr?.trim().split('\n').at(-1) ?? '';
}
