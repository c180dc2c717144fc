import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { RecentAnswers } from './recent-answers.ts';

const KEPT_MS = 1_000;

let clock: FakeClock;
let asked: string[];

beforeEach(() => {
  clock = new FakeClock();
  asked = [];
});

function answers(isLasting?: (answer: string) => boolean) {
  const lasting = isLasting === undefined ? {} : { isLasting };
  const recent = new RecentAnswers<string>({ keptMs: KEPT_MS, maxKept: 2, clock, ...lasting });
  return (name: string) =>
    recent.get(name, async () => {
      asked.push(name);
      if (name === 'wrong') throw new Error('no answer');
      return `${name}${asked.length}`;
    });
}

describe('answers', () => {
  it('are asked for once at a time and kept for a while', async () => {
    const get = answers();
    expect(await Promise.all([get('a'), get('a')])).toEqual(['a1', 'a1']);
    clock.advance(KEPT_MS - 1);
    expect(await get('a')).toBe('a1');
    clock.advance(1);
    expect(await get('a')).toBe('a2');
  });

  it('that fail are looked for again', async () => {
    const get = answers();
    await expect(get('wrong')).rejects.toThrow('no answer');
    await expect(get('wrong')).rejects.toThrow('no answer');
    expect(asked).toEqual(['wrong', 'wrong']);
  });

  it('that do not last are looked for again', async () => {
    const get = answers((answer) => answer !== 'a1');
    expect(await get('a')).toBe('a1');
    expect(await get('a')).toBe('a2');
    expect(await get('a')).toBe('a2');
  });

  it('take the place of the oldest when there are many', async () => {
    const get = answers();
    for (const name of ['a', 'b', 'c', 'b', 'a']) await get(name);
    expect(asked).toEqual(['a', 'b', 'c', 'a']);
  });
});
