import { beforeEach, describe, expect, it } from 'vitest';
import type { GroupProvider } from '../ports/groups.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { GuardedGroups } from './guard-groups.ts';

const MINUTE = 60_000;
let clock: FakeClock;
let asked: string[];

beforeEach(() => {
  clock = new FakeClock();
  asked = [];
});

function groupsOf(answer: GroupProvider['primaryGroupOf']): GuardedGroups {
  const primaryGroupOf: GroupProvider['primaryGroupOf'] = (user, call) => {
    asked.push(user);
    return answer(user, call);
  };
  return new GuardedGroups({ name: 'test', primaryGroupOf }, { clock, logger: new RecordingLogger() });
}

describe('a group', () => {
  it('is kept for five minutes', async () => {
    const groups = groupsOf((user) => Promise.resolve(`${user}s`));
    expect(await groups.primaryGroupOf('alice')).toBe('alices');
    clock.advance(5 * MINUTE - 1);
    await groups.primaryGroupOf('alice');
    expect(asked).toEqual(['alice']);
    clock.advance(1);
    await groups.primaryGroupOf('alice');
    expect(asked).toEqual(['alice', 'alice']);
  });

  it('is asked for once by all who wait for it', async () => {
    const groups = groupsOf(() => Promise.resolve('staff'));
    await Promise.all(Array.from({ length: 50 }, () => groups.primaryGroupOf('alice')));
    expect(asked).toEqual(['alice']);
  });

  it('is asked for beside seven others at most', async () => {
    const answers: (() => void)[] = [];
    const groups = groupsOf(
      (user) =>
        new Promise((resolve) => {
          answers.push(() => resolve(user));
        }),
    );
    const users = Array.from({ length: 10 }, (_, n) => `u${n}`);
    const got = Promise.all(users.map((user) => groups.primaryGroupOf(user)));
    await expect.poll(() => answers.length).toBe(8);
    await new Promise(setImmediate);
    expect(answers).toHaveLength(8);
    for (let n = 0; n < 10; n++) {
      await expect.poll(() => answers.length).toBeGreaterThan(n);
      answers[n]?.();
    }
    expect(await got).toEqual(users);
  });
});

describe('a provider that', () => {
  it('rejects is named with its words, and asked again', async () => {
    let isKnown = false;
    const groups = groupsOf(() => (isKnown ? Promise.resolve('staff') : Promise.reject(new Error('who?'))));
    await expect(groups.primaryGroupOf('alice')).rejects.toMatchObject({
      code: 'GROUP_UNKNOWN',
      message:
        'The group of user alice, which share level GROUP needs, is not known by the group provider test (kyuubi.session.group.provider): who?',
    });
    isKnown = true;
    expect(await groups.primaryGroupOf('alice')).toBe('staff');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
      'broken',
    ],
    ['gives nothing', () => Promise.resolve(undefined as unknown as string), 'its provider gave no name'],
    ['gives an empty name', () => Promise.resolve(''), 'its provider gave no name'],
  ])('%s fails the look-up', async (_, answer, problem) => {
    await expect(groupsOf(answer).primaryGroupOf('alice')).rejects.toThrow(problem);
  });

  it('hangs is given up', async () => {
    let signal: AbortSignal | undefined;
    const groups = groupsOf((_, call) => {
      signal = call.signal;
      return new Promise(() => {});
    });
    const failed = expect(groups.primaryGroupOf('alice')).rejects.toThrow(
      'plugin test did not finish primaryGroupOf within 10000 ms',
    );
    await clock.untilTimer(10_000);
    clock.advance(10_000);
    await failed;
    expect(signal?.aborted).toBe(true);
  });
});
