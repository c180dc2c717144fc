import { FakeClock } from '../testing/fake-clock.ts';
import { beforeEach, expect, it } from 'vitest';
import { GatewayWatch } from './gateway-watch.ts';

let clock: FakeClock;
let lost: string[];

beforeEach(() => {
  clock = new FakeClock();
  lost = [];
});

function watchFor(lostTimeoutMs: number): GatewayWatch {
  return new GatewayWatch({ lostTimeoutMs, onLost: (gateway) => lost.push(gateway), clock });
}

it('counts a gateway as dead when it has been without a connection for so long', async () => {
  const watch = watchFor(60_000);
  watch.onConnected('a');
  watch.onConnected('a');
  watch.onConnected('b');
  watch.onDisconnected('a');
  await clock.advance(60_000);
  expect(lost).toEqual([]);
  watch.onDisconnected('a');
  await clock.advance(59_999);
  expect(lost).toEqual([]);
  await clock.advance(1);
  expect(lost).toEqual(['a']);
});

it('lets it come back in time', async () => {
  const watch = watchFor(60_000);
  watch.onConnected('a');
  watch.onDisconnected('a');
  await clock.advance(59_999);
  watch.onConnected('a');
  await clock.advance(60_000);
  expect(lost).toEqual([]);
  watch.onDisconnected('a');
  await clock.advance(60_000);
  expect(lost).toEqual(['a']);
});

it.each([
  ['switched off', (watch: GatewayWatch) => watch.onDisconnected('a'), 0],
  [
    'closed',
    (watch: GatewayWatch) => {
      watch.onDisconnected('a');
      watch.close();
    },
    60_000,
  ],
])('waits for nobody when it is %s', (_, act, lostTimeoutMs) => {
  const watch = watchFor(lostTimeoutMs);
  watch.onConnected('a');
  act(watch);
  expect(clock.pending).toBe(0);
});
