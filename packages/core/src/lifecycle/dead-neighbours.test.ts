import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { type MemoryDiscoveryClient, MemoryEnsemble } from '../testing/memory-discovery.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { DeadNeighbours } from './dead-neighbours.ts';

const SPACE = '/kyuubi';
const LOAD = `${SPACE}_load/gw:10009`;

let clock: FakeClock;
let ensemble: MemoryEnsemble;
let client: MemoryDiscoveryClient;
let dead: Set<string>;
let neighbours: DeadNeighbours;
let logger: RecordingLogger;

beforeEach(() => {
  clock = new FakeClock();
  ensemble = new MemoryEnsemble(clock);
  client = ensemble.client();
  dead = new Set();
  logger = new RecordingLogger();
  neighbours = new DeadNeighbours({
    records: client.records,
    registry: client.registry,
    spaces: new Set([SPACE]),
    intervalMs: 5_000,
    isDead: (identity) => dead.has(identity),
    clock,
    logger,
  });
});
afterEach(() => neighbours.close());

const register = (port = 10_009) => ensemble.add(SPACE, { host: 'gw', port, version: 'v' }, null);
const says = (text: unknown) => client.records.put(LOAD, Buffer.from(JSON.stringify(text)));
const listed = async () => (await client.registry.list(SPACE)).map(({ port }) => port);

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

async function after(ms: number): Promise<void> {
  clock.advance(ms);
  await settled();
}

it('takes the node of a killed gateway away within a second, and its record', async () => {
  register();
  register(10_010);
  await says({ sessions: 1, process: 'p' });
  neighbours.open();
  await settled();
  await after(10_000);
  expect(await listed()).toEqual([10_009, 10_010]);
  dead.add('p');
  await after(1_000);
  await vi.waitFor(async () => expect(await listed()).toEqual([10_010]));
  expect(await client.records.get(LOAD)).toBeNull();
  expect(logger.has('The gateway gw:10009 of this machine was killed')).toBe(true);
});

it('leaves a successor at the same address alone', async () => {
  register();
  await says({ process: 'old' });
  neighbours.open();
  await settled();
  await says({ process: 'new' });
  dead.add('old');
  await after(1_000);
  expect(await listed()).toEqual([10_009]);
});

it('leaves both alone while a successor has not reported', async () => {
  register();
  register();
  await says({ process: 'old' });
  dead.add('old');
  neighbours.open();
  await settled();
  await after(1_000);
  expect(await listed()).toEqual([10_009, 10_009]);
});

it.each([[{ sessions: 1 }], ['nonsense'], [{ process: 7 }]])('knows nothing of who says %j', async (text) => {
  register();
  await says(text);
  neighbours.open();
  await settled();
  await after(20_000);
  expect(await listed()).toEqual([10_009]);
});

it('sets one timer, and none after the end', () => {
  neighbours.open();
  neighbours.open();
  expect(clock.delays).toEqual([1_000]);
  neighbours.close();
  expect(clock.delays).toEqual([]);
});
