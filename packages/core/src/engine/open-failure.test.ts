import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { SenbonError } from '../errors/senbon-error.ts';
import { isDead, isWorthRetrying, retryWaitMs } from './open-failure.ts';

const unreachable = (cause: unknown) =>
  new SenbonError('ENGINE_UNREACHABLE', { engine: 'e:1', problem: 'x' }, { cause });
const withCode = (code: string) => Object.assign(new Error(code), { code });

it.each([
  ['nobody listens', unreachable(withCode('ECONNREFUSED')), true],
  ['nobody listens at any address', unreachable(new AggregateError([withCode('ECONNREFUSED')])), true],
  ['it answers too late', unreachable(new Error('no answer')), false],
  ['the network is down', unreachable(withCode('EHOSTUNREACH')), false],
  ['it hangs up', unreachable(withCode('ECONNRESET')), false],
  [
    'one address refuses, another is silent',
    unreachable(new AggregateError([withCode('ECONNREFUSED'), withCode('ETIMEDOUT')])),
    false,
  ],
  ['its pool here is closed', unreachable(undefined), false],
  ['it was lost in a call', new SenbonError('ENGINE_LOST', {}, { cause: withCode('ECONNREFUSED') }), false],
  ['something else', withCode('ECONNREFUSED'), false],
])('%s', (_, error, isProof) => {
  expect(isDead(error)).toBe(isProof);
});

it('knows what the system says of a port that nobody listens at', async () => {
  const cause = await new Promise((resolve) =>
    connect({ host: 'localhost', port: 1 }).once('error', resolve),
  );
  expect(isDead(unreachable(cause))).toBe(true);
});

it('an engine that was lost is asked again soon, a silent one after the configured wait', () => {
  expect(retryWaitMs(new SenbonError('ENGINE_LOST'), 10_000)).toBe(200);
  expect(retryWaitMs(new SenbonError('ENGINE_LOST'), 50)).toBe(50);
  expect(retryWaitMs(unreachable(new Error('no answer')), 10_000)).toBe(10_000);
});

it.each([
  [unreachable(undefined), true],
  [new SenbonError('ENGINE_LOST'), true],
  [new SenbonError('ENGINE_REFUSED', { draining: 1 }), true],
  [new SenbonError('ENGINE_REFUSED', { draining: 0 }), false],
  [new SenbonError('ENGINE_BUSY'), false],
  [new Error('own'), false],
])('%s: worth retrying is %s', (error, isWorth) => {
  expect(isWorthRetrying(error)).toBe(isWorth);
});
