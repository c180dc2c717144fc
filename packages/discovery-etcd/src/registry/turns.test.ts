import { describe, expect, it } from 'vitest';
import { Turns } from './turns.ts';

describe('turns', () => {
  it('are taken one after the other, also behind a failure, and by key', async () => {
    const turns = new Turns();
    const seen: string[] = [];
    const step =
      (name: string, fail = false) =>
      async () => {
        seen.push(`${name} begins`);
        await new Promise(setImmediate);
        seen.push(`${name} ends`);
        if (fail) throw new Error(name);
        return name;
      };
    const results = await Promise.allSettled([
      turns.take('/a', step('first', true)),
      turns.take('/a', step('second')),
      turns.take('/b', step('other')),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(seen.indexOf('second begins')).toBeGreaterThan(seen.indexOf('first ends'));
    expect(seen.indexOf('other begins')).toBeLessThan(seen.indexOf('first ends'));
    expect(await turns.take('/a', async () => 'later')).toBe('later');
  });
});
