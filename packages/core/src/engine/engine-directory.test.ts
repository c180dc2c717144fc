import { afterEach, beforeEach, expect, it } from 'vitest';
import { readArea } from '../config/area.ts';
import { Conf } from '../config/conf.ts';
import type { ServiceNode } from '../ports/discovery.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { FakeEngine } from '../testing/fake-engine.ts';
import { engineArea } from './config.ts';
import { EngineDirectory } from './engine-directory.ts';

const LINGER_MS = 60_000;
let clock: FakeClock;
let engine: FakeEngine;
let directory: EngineDirectory;

beforeEach(async () => {
  clock = new FakeClock();
  engine = await FakeEngine.start();
  directory = new EngineDirectory({ config: readArea(engineArea, Conf.of({})), secret: null, clock });
});
afterEach(async () => {
  directory.close();
  await engine.close();
});

function node(path = '/space/a'): ServiceNode {
  return { name: 'a', path, attributes: {}, ...engine.endpoint };
}

it('has one pool for an engine, however many sessions it has', async () => {
  const first = directory.acquire(node());
  expect(directory.acquire(node())).toBe(first);
  expect(first.name).toBe(`127.0.0.1:${engine.port}`);
});

it('tells an engine from its successor on the same port', () => {
  expect(directory.acquire(node('/space/a'))).not.toBe(directory.acquire(node('/space/b')));
});

it('keeps the pool while sessions need it, and a little longer', async () => {
  const first = directory.acquire(node());
  await first.pool.use('alice', false, async () => {});
  directory.acquire(node());
  directory.release(first);
  expect(clock.delays).toEqual([]);
  directory.release(first);
  clock.advance(LINGER_MS - 1);
  expect(directory.acquire(node())).toBe(first);
  clock.advance(LINGER_MS);
  expect(engine.sockets.size).toBe(1);
  directory.release(first);
  clock.advance(LINGER_MS);
  await engine.until(({ sockets }) => sockets.size === 0);
  expect(directory.acquire(node())).not.toBe(first);
});

it('authenticates without a secret as everybody does', async () => {
  await directory.acquire(node()).pool.use('alice', true, async () => {});
  expect(engine.passwords).toEqual(['anonymous']);
});

it('closes all pools', async () => {
  const { pool } = directory.acquire(node());
  await pool.use('alice', false, async () => {});
  directory.close();
  await engine.until(({ sockets }) => sockets.size === 0);
  expect(clock.delays).toEqual([]);
});
