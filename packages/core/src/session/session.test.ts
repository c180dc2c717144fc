import { expect, it } from 'vitest';
import { SenbonError } from '../errors/senbon-error.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { nowhere, sessionOf } from '../testing/sessions.ts';

const failure = new SenbonError('ENGINE_LAUNCH_FAILED', { type: 'FAKE', problem: 'p', log: '' });
const description = { id: '', name: '', url: '', refId: '' };

it('is ready once it has its engine', async () => {
  const session = sessionOf();
  session.launch.start();
  const ready = session.ready(60_000);
  expect(session.attach(nowhere)).toBe(true);
  session.launch.finish(description);
  expect(await ready).toBe(nowhere);
  expect(await session.ready(60_000)).toBe(nowhere);
  expect(session.state).toBe('open');
});

it('tells every call why it has no engine', async () => {
  const session = sessionOf();
  session.launch.start();
  const ready = session.ready(60_000);
  session.fail(failure);
  await expect(ready).rejects.toBe(failure);
  await expect(session.ready(60_000)).rejects.toBe(failure);
  expect(session.attach(nowhere)).toBe(false);
});

it('gives up waiting after a while', async () => {
  const clock = new FakeClock();
  const session = sessionOf({}, clock);
  session.launch.start();
  const ready = session.ready(60_000);
  clock.advance(60_000);
  await expect(ready).rejects.toMatchObject({
    code: 'ENGINE_LAUNCH_TIMEOUT',
    details: { ms: 60_000, type: 'FAKE' },
  });
});

it('wakes those that wait when it is closed', async () => {
  const session = sessionOf();
  session.launch.start();
  const ready = session.ready(60_000);
  expect(session.close('by its client')).toBe(true);
  await expect(ready).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND', details: { id: session.id } });
  expect(session.signal.aborted).toBe(true);
});

it('is closed by one caller only, and stays closed', async () => {
  const session = sessionOf();
  session.attach(nowhere);
  expect(session.close('first')).toBe(true);
  expect(session.close('second')).toBe(false);
  session.fail(failure);
  expect(session.attach(nowhere)).toBe(false);
  expect(session.state).toBe('closed');
  await expect(session.ready(1)).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' });
});

it('may be closed after it failed', () => {
  const session = sessionOf();
  session.launch.start();
  session.fail(failure);
  expect(session.close('by its client')).toBe(true);
});

it('is idle since its last call, and not during one', () => {
  const clock = new FakeClock();
  const session = sessionOf({}, clock);
  const start = clock.now();
  expect(session.idleSinceMs).toBe(start);
  clock.advance(10);
  const first = session.touch();
  const second = session.touch();
  first();
  expect(session.idleSinceMs).toBeNull();
  clock.advance(10);
  second();
  expect(session.idleSinceMs).toBe(start + 20);
});
