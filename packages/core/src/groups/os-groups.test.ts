import { execFileSync } from 'node:child_process';
import { userInfo } from 'node:os';
import { expect, it } from 'vitest';
import { osGroups } from './os-groups.ts';

it('has the primary group of an account', async () => {
  const { username } = userInfo();
  const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
  expect(await osGroups.primaryGroupOf(username, {})).toBe(group);
});

it('says that there is no such account', async () => {
  await expect(osGroups.primaryGroupOf('no-such-user-here', {})).rejects.toThrow(
    /^this machine knows no such account: .*no-such-user-here/,
  );
});

it.each(['0', '+0', '00', '-u', '--help', '', 'root\u0000'])('takes %j for no account', async (user) => {
  await expect(osGroups.primaryGroupOf(user, {})).rejects.toThrow(
    /no (such account|account has such a name)/,
  );
});

it('is given up with its call', async () => {
  const { username } = userInfo();
  const given = osGroups.primaryGroupOf(username, { signal: AbortSignal.abort() });
  await expect(given).rejects.toMatchObject({ name: 'AbortError' });
});
