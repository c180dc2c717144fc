import { expect, it } from 'vitest';
import { FakeClock } from '../../core/src/testing/fake-clock.ts';
import { SessionRoster } from './session-roster.ts';

it('uses every open session once a minute, and one round at a time', async () => {
  const clock = new FakeClock();
  const roster = new SessionRoster(clock);
  const touched: string[] = [];
  let release = () => {};
  const stuck = new Promise<void>((resolve) => {
    release = resolve;
  });
  const closed = { touch: async () => void touched.push('closed') };
  roster.add(closed);
  roster.add({ touch: async () => void touched.push('a') });
  roster.add({ touch: () => stuck });
  roster.delete(closed);
  clock.advance(60_000);
  clock.advance(60_000);
  expect(touched).toEqual(['a']);
  release();
  await stuck;
  await new Promise(setImmediate);
  clock.advance(60_000);
  expect(touched).toEqual(['a', 'a']);
  roster.close();
  clock.advance(600_000);
  expect(touched).toEqual(['a', 'a']);
});

it('asks for a session when many have been opened since its last use', () => {
  const roster = new SessionRoster(new FakeClock());
  const lastUse = roster.now;
  for (let i = 0; i < 19; i++) roster.add({ touch: async () => undefined });
  expect(roster.isRisky(lastUse)).toBe(false);
  roster.add({ touch: async () => undefined });
  expect(roster.isRisky(lastUse)).toBe(true);
  roster.close();
});
