import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { FILE_ADVISOR } from './config.ts';
import { SessionProfiles } from './session-profiles.ts';

const RELOAD_MS = 600_000;
let confDir: string;
let clock: FakeClock;
let logger: RecordingLogger;

beforeEach(async () => {
  confDir = await mkdtemp(join(tmpdir(), 'senbon-profiles-'));
  clock = new FakeClock();
  logger = new RecordingLogger();
});
afterEach(() => rm(confDir, { recursive: true }));

function profiles(advisors: readonly string[] = [FILE_ADVISOR], reloadIntervalMs = RELOAD_MS) {
  return new SessionProfiles({ config: { advisors, reloadIntervalMs }, confDir, clock, logger });
}

function write(profile: string, content: string): Promise<void> {
  return writeFile(join(confDir, `kyuubi-session-${profile}.conf`), content);
}

async function overlay(names: string[], from = profiles()): Promise<Record<string, string>> {
  return Object.fromEntries((await from.overlayOf(names)).toMap());
}

describe('profiles', () => {
  it('are laid over each other in their order', async () => {
    await write('big', 'spark.executor.memory 8g\na=big\n');
    await write('adhoc', 'a=adhoc\n');
    expect(await overlay(['big', 'adhoc'])).toEqual({ 'spark.executor.memory': '8g', a: 'adhoc' });
    expect(await overlay(['adhoc', 'big'])).toEqual({ 'spark.executor.memory': '8g', a: 'big' });
  });

  it('name their file in errors', async () => {
    await write('big', 'kyuubi.engine.share.level=GALAXY');
    const conf = await profiles().overlayOf(['big']);
    expect(conf.find('kyuubi.engine.share.level')?.source).toBe(join(confDir, 'kyuubi-session-big.conf'));
  });

  it('add nothing without the advisor', async () => {
    await write('big', 'a=1');
    expect(await overlay(['big'], profiles([]))).toEqual({});
  });

  it('add nothing without a file, until there is one', async () => {
    const from = profiles();
    expect(await overlay(['later'], from)).toEqual({});
    expect(logger.has('kyuubi-session-later.conf: the profile later adds nothing')).toBe(true);
    await write('later', 'a=1');
    expect(await overlay(['later'], from)).toEqual({ a: '1' });
  });

  it('are read anew after their time', async () => {
    const from = profiles();
    await write('big', 'a=1');
    expect(await overlay(['big'], from)).toEqual({ a: '1' });
    await write('big', 'a=2');
    clock.advance(RELOAD_MS - 1);
    expect(await overlay(['big'], from)).toEqual({ a: '1' });
    clock.advance(1);
    expect(await overlay(['big'], from)).toEqual({ a: '2' });
  });

  it('are read each time when that is 0', async () => {
    const from = profiles([FILE_ADVISOR], 0);
    await write('big', 'a=1');
    expect(await overlay(['big'], from)).toEqual({ a: '1' });
    await write('big', 'a=2');
    expect(await overlay(['big'], from)).toEqual({ a: '2' });
  });

  it('that cannot be read fail the session, and may be mended', async () => {
    const from = profiles();
    const file = join(confDir, 'kyuubi-session-big.conf');
    await mkdir(file);
    await expect(from.overlayOf(['big'])).rejects.toMatchObject({
      code: 'CONFIG_UNREADABLE',
      message: expect.stringContaining(file),
    });
    await rm(file, { recursive: true });
    await write('big', 'a=1');
    expect(await overlay(['big'], from)).toEqual({ a: '1' });
  });

  it.each(['../defaults', 'a/b', '.hidden', 'a\u0000', '', 'x'.repeat(101)])(
    'cannot be called %j',
    async (name) => {
      await expect(profiles().overlayOf([name])).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('kyuubi.session.conf.profile'),
      });
    },
  );

  it('cannot be too many', async () => {
    const names = Array.from({ length: 17 }, (_, n) => `p${n}`);
    await expect(profiles().overlayOf(names)).rejects.toThrow('at most 16 names are possible');
  });

  it('of which many are used do not fill the memory', async () => {
    const from = profiles();
    await write('first', 'a=1');
    await overlay(['first'], from);
    for (let n = 0; n < 100; n++) {
      await write(`p${n}`, '');
      await overlay([`p${n}`], from);
    }
    await write('first', 'a=2');
    expect(await overlay(['first'], from)).toEqual({ a: '2' });
  });
});
