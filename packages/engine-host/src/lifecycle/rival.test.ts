import { expect, it } from 'vitest';
import { EngineFixture } from '../testing/engine-fixture.ts';
import { settle } from '../testing/fake-clock.ts';

const rival = { host: '10.0.0.9', port: 1_234, version: '1' };

it('an engine whose place was taken while it was cut off serves its sessions to their end and goes', async () => {
  const fixture = await EngineFixture.start();
  const client = await fixture.connect();
  const session = await client.open();
  fixture.discovery.expire([rival]);
  await settle();
  expect(fixture.engine.state).toBe('draining');
  expect([...fixture.discovery.nodes.values()].map(({ spec }) => spec)).toEqual([rival]);
  const operation = await client.run(session, 'SELECT 3');
  expect((await client.fetch(operation)).rows).toHaveLength(3);
  expect((await client.openRaw()).status).toMatchObject({
    sqlState: '08004',
    errorMessage: expect.stringMatching(/10\.0\.0\.9:1234 has taken its place/),
  });
  await client.closeSession(session);
  await fixture.engine.stopped;
});

it('serves on when nobody has, also after a second loss', async () => {
  const fixture = await EngineFixture.start();
  for (let losses = 0; losses < 2; losses++) {
    fixture.discovery.expire();
    await settle();
  }
  expect(fixture.engine.state).toBe('serving');
  expect(fixture.discovery.nodes.size).toBe(1);
  fixture.discovery.expire([rival]);
  await fixture.engine.stopped;
});

it('keeps its place when another registers after it', async () => {
  const fixture = await EngineFixture.start();
  fixture.discovery.expire();
  fixture.discovery.add(rival);
  await settle();
  expect(fixture.engine.state).toBe('serving');
});
