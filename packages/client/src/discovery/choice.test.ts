import { describe, expect, it } from 'vitest';
import { inOrderOfChoice } from './choice.ts';

/** Numerical Recipes' generator: the same draws in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const CLIENTS = 10_000;

/** Sessions of each server after clients came one after the other, knowing the counts of a while ago. */
function fill(count: number, { known = true, staleFor = 1, start = [] as number[] } = {}): number[] {
  const random = seeded(42);
  const sessions = Array.from({ length: count }, (_, index) => start[index] ?? 0);
  let seen = [...sessions];
  for (let client = 0; client < CLIENTS; client++) {
    if (client % staleFor === 0) seen = [...sessions];
    const servers = seen.map((load, index) => ({ index, sessions: known ? load : null }));
    const [picked] = inOrderOfChoice(servers, random);
    if (picked !== undefined) sessions[picked.index] = (sessions[picked.index] ?? 0) + 1;
  }
  return sessions;
}

const spread = (sessions: readonly number[]) => Math.max(...sessions) - Math.min(...sessions);

describe('the choice of a server', () => {
  it('is even with counts, to a handful of sessions', () => {
    for (const count of [2, 3, 10]) expect(spread(fill(count))).toBeLessThanOrEqual(5);
  });

  it('is even at random without counts: chi-squared below its 99.9th percentile', () => {
    for (const [count, limit] of [
      [2, 10.83],
      [3, 13.82],
      [10, 27.88],
    ] as const) {
      const expected = CLIENTS / count;
      const sessions = fill(count, { known: false });
      expect(sessions.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)).toBeLessThan(limit);
    }
  });

  it('stays even while a hundred clients act on the same old counts', () => {
    expect(spread(fill(3, { staleFor: 100 }))).toBeLessThan(100);
  });

  it('fills up a gateway that was just started, without sending everybody there', () => {
    const sessions = fill(3, { start: [3_000, 3_000, 0] });
    expect(spread(sessions)).toBeLessThanOrEqual(5);
    const first = inOrderOfChoice([{ sessions: 9 }, { sessions: 9 }, { sessions: 0 }], () => 0);
    expect(first[0]).toEqual({ sessions: 9 });
  });

  it('names every server once, whatever is drawn', () => {
    const servers = [{ sessions: 1 }, { sessions: null }, {}, { sessions: 0 }];
    for (const draw of [0, 0.5, 0.999_999, 1]) {
      expect(new Set(inOrderOfChoice(servers, () => draw))).toEqual(new Set(servers));
    }
    expect(inOrderOfChoice([], Math.random)).toEqual([]);
  });
});
