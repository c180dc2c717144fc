import { expect, it } from 'vitest';
import { EngineFixture } from '../testing/engine-fixture.ts';
import { FakeClock } from '../testing/fake-clock.ts';

const plain = (user: string, password: string) => ({ mechanism: 'PLAIN', user, password }) as const;

it('lets nobody in without a token', async () => {
  const fixture = await EngineFixture.start();
  await expect(fixture.connect('alice', plain('alice', 'anonymous'))).rejects.toThrow(
    /Authentication failed for user alice: the password is not a gateway token/,
  );
  await expect(fixture.connect('bob', plain('bob', fixture.token('alice')))).rejects.toThrow(/another user/);
});

it('refuses a token that was made for another engine of the server space', async () => {
  const [one, other] = [await EngineFixture.start(), await EngineFixture.start()];
  await expect(one.connect('alice', plain('alice', other.token('alice')))).rejects.toThrow(/another engine/);
  await other.connect('alice', plain('alice', other.token('alice')));
});

it('refuses a token that is too old', async () => {
  const clock = new FakeClock();
  const fixture = await EngineFixture.start({
    clock,
    conf: { 'kyuubi.internal.security.token.max.lifetime': 'PT1M' },
  });
  const auth = plain('alice', fixture.token('alice'));
  await fixture.connect('alice', auth);
  await clock.advance(60_001);
  await expect(fixture.connect('alice', auth)).rejects.toThrow(/token.max.lifetime/);
});

it('takes any password when internal security is off, but never an empty user', async () => {
  const fixture = await EngineFixture.start({ conf: { 'kyuubi.internal.security.enabled': 'false' } });
  const client = await fixture.connect('alice', plain('alice', 'whatever'));
  await client.open();
  expect([...fixture.executor.sessions][0]?.spec.user).toBe('alice');
  await expect(fixture.connect('', plain('', 'x'))).rejects.toThrow();
});
