import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPassword } from './passwords.ts';
import { Terminal } from './terminal.ts';
import { FakeStreams } from './testing/fake-streams.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'senbon-password-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const none = { password: null, passwordFile: null };

function ask(isTerminal: boolean) {
  const streams = new FakeStreams(isTerminal);
  const terminal = new Terminal(streams, () => false);
  return { streams, answer: readPassword({ ...none, password: true }, terminal) };
}

describe('readPassword', () => {
  const pipes = new Terminal(new FakeStreams(false), () => false);

  it('takes the word of the command line, or nothing', async () => {
    expect(await readPassword({ ...none, password: 'pw' }, pipes)).toBe('pw');
    expect(await readPassword(none, pipes)).toBeUndefined();
  });

  it.each(['geheim', 'geheim\n', 'geheim\r\nmore\n'])('takes the first line of a file: %j', async (text) => {
    const passwordFile = join(dir, 'password');
    await writeFile(passwordFile, text);
    expect(await readPassword({ ...none, passwordFile }, pipes)).toBe('geheim');
  });

  it('says which file cannot be read', async () => {
    const reading = readPassword({ ...none, passwordFile: join(dir, 'none') }, pipes);
    await expect(reading).rejects.toThrow(/cannot read the password file: ENOENT.*none/);
  });

  it('asks at a terminal, and shows nothing of the answer', async () => {
    const { streams, answer } = ask(true);
    await streams.see(/Password: /);
    streams.stdin.write('ge heim\r');
    expect(await answer).toBe('ge heim');
    expect(streams.out + streams.err).toBe('Password: \n');
  });

  it('ends at Ctrl-C and Ctrl-D', async () => {
    for (const [key, text] of [
      ['\u0003', 'interrupted'],
      ['\u0004', 'no password was entered'],
    ] as const) {
      const { streams, answer } = ask(true);
      await streams.see(/Password: /);
      streams.stdin.write(key);
      await expect(answer).rejects.toThrow(text);
    }
  });

  it('cannot ask where nobody sits', async () => {
    await expect(ask(false).answer).rejects.toThrow('use -w <file>');
  });
});
