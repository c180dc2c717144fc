import { describe, expect, it } from 'vitest';
import { ServerCycle } from './server-cycle.ts';

describe('ServerCycle', () => {
  it('tries every server once before it waits, then waits longer from round to round, up to a second', () => {
    const cycle = new ServerCycle('127.0.0.1:1,::1:2,10.0.0.1:3');
    const round = () => [cycle.next(), cycle.next(), cycle.next()];
    const first = round();
    expect(first.map(({ host, port }) => `${host} ${port}`).toSorted()).toEqual([
      '10.0.0.1 3',
      '127.0.0.1 1',
      '::1 2',
    ]);
    expect(first.map(({ waitMs }) => waitMs)).toEqual([0, 0, 0]);
    const waits = [round(), round(), round(), round(), round(), round(), round()].map(([turn, ...rest]) => {
      expect(rest.map(({ waitMs }) => waitMs)).toEqual([0, 0]);
      return turn?.waitMs ?? 0;
    });
    expect(waits[0]).toBeLessThanOrEqual(50);
    expect(waits[0]).toBeGreaterThan(0);
    expect(waits.at(-1)).toBeGreaterThan(700);
    expect(waits.at(-1)).toBeLessThanOrEqual(1_000);
  });

  it('begins anew after a success', () => {
    const cycle = new ServerCycle('a:1');
    cycle.next();
    expect(cycle.next().waitMs).toBeGreaterThan(0);
    cycle.succeeded();
    expect(cycle.next().waitMs).toBe(0);
  });

  it('takes other servers', () => {
    const cycle = new ServerCycle('a:1');
    cycle.replace('b:2');
    expect(cycle.next()).toMatchObject({ host: 'b', port: 2 });
    expect(new ServerCycle('').size).toBe(0);
  });
});
