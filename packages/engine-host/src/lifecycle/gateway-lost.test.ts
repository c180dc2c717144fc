import { expect, it, vi } from 'vitest';
import { EngineFixture } from '../testing/engine-fixture.ts';
import { FakeClock } from '../testing/fake-clock.ts';

const conf = { 'kyuubi.session.close.on.disconnect': 'false', 'kyuubi.engine.gateway.lost.timeout': 'PT1M' };

async function start(more: Record<string, string> = {}) {
  const clock = new FakeClock();
  const fixture = await EngineFixture.start({ conf: { ...conf, ...more }, clock });
  const connect = (gateway?: string) =>
    fixture.connect('alice', {
      mechanism: 'PLAIN',
      user: 'alice',
      password: fixture.token('alice', gateway),
    });
  /** Until the engine has seen a connection go, and has set a timer or not. */
  const gone = async (client: Awaited<ReturnType<typeof connect>>, timers: number) => {
    client.hangUp();
    await vi.waitFor(() => expect(clock.pending).toBe(timers));
  };
  return { clock, fixture, connect, gone };
}

it('closes the sessions of a gateway that died, and nobody else’s', async () => {
  const { clock, fixture, connect, gone } = await start();
  const dead = await connect('dead');
  const second = await connect('dead');
  await dead.open();
  await (await connect('alive')).open();
  const timers = clock.pending;
  await gone(dead, timers);
  await clock.advance(120_000);
  expect(fixture.executor.sessions.size).toBe(2);
  await gone(second, timers + 1);
  await clock.advance(59_999);
  expect(fixture.executor.sessions.size).toBe(2);
  await clock.advance(1);
  expect(fixture.executor.sessions.size).toBe(1);
});

it('keeps those of a gateway that comes back in time', async () => {
  const { clock, fixture, connect, gone } = await start();
  const first = await connect('gateway');
  const session = await first.open();
  const timers = clock.pending;
  await gone(first, timers + 1);
  await clock.advance(59_999);
  const again = await connect('gateway');
  await clock.advance(120_000);
  expect(fixture.executor.sessions.size).toBe(1);
  expect((await again.fetch(await again.run(session, 'SELECT 3'))).rows).toHaveLength(3);
});

it.each([
  ['the time-out is 0', { 'kyuubi.engine.gateway.lost.timeout': '0' }, 'gateway'],
  ['the gateway does not say which it is', {}, undefined],
])('keeps them when %s', async (_, more, gateway) => {
  const { clock, fixture, connect, gone } = await start(more);
  const client = await connect(gateway);
  await client.open();
  await gone(client, clock.pending);
  await clock.advance(600_000);
  expect(fixture.executor.sessions.size).toBe(1);
});
