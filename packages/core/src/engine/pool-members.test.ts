import { expect, it } from 'vitest';
import { readArea } from '../config/area.ts';
import { Conf } from '../config/conf.ts';
import { SenbonError } from '../errors/senbon-error.ts';
import type { Records } from '../ports/discovery.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { MemoryEnsemble } from '../testing/memory-discovery.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { enginePoolArea } from './config.ts';
import { PoolCounter } from './pool-counter.ts';
import { PoolMembers } from './pool-members.ts';

interface Scene {
  readonly conf: Record<string, string>;
  /** What `random` gives, in turn. */
  readonly dice?: number[];
  readonly sessions?: Record<string, number>;
  readonly records?: Records;
  readonly logger?: RecordingLogger;
}

/** Picks one after the other, and counts its sessions. */
function picker({ conf, dice = [0], sessions = {}, records, logger = new RecordingLogger() }: Scene) {
  const members = new PoolMembers({
    counter: new PoolCounter(records ?? new MemoryEnsemble(new FakeClock()).client().records),
    sessionsIn: (path) => sessions[path] ?? 0,
    random: () => dice.shift() ?? 0,
    logger,
  });
  const config = readArea(enginePoolArea, Conf.of({ 'kyuubi.engine.pool.size': '3', ...conf }));
  const pool = { config, counterPath: '/seqNum/alice/engine-pool', pathOf: (name: string) => `/${name}` };
  return async () => {
    const name = (await members.prepare(pool))();
    sessions[`/${name}`] = (sessions[`/${name}`] ?? 0) + 1;
    return name;
  };
}

async function picks(scene: Scene, times: number): Promise<string[]> {
  const pick = picker(scene);
  const names = [];
  for (let i = 0; i < times; i++) names.push(await pick());
  return names;
}

it('picks at random by default', async () => {
  const dice = [0.999, 0, 0.5];
  expect(await picks({ conf: {}, dice }, 3)).toEqual(['engine-pool-2', 'engine-pool-0', 'engine-pool-1']);
});

it('picks one after the other by POLLING', async () => {
  const conf = { 'kyuubi.engine.pool.selectPolicy': 'polling', 'kyuubi.engine.pool.name': 'p' };
  expect(await picks({ conf }, 4)).toEqual(['p-0', 'p-1', 'p-2', 'p-0']);
});

it('picks the one with the fewest sessions by LEAST_LOADED, among equals at random', async () => {
  const conf = { 'kyuubi.engine.pool.selectPolicy': 'LEAST_LOADED', 'kyuubi.engine.pool.name': 'p' };
  const sessions = { '/p-0': 2, '/p-1': 1, '/p-2': 1 };
  expect(await picks({ conf, sessions, dice: [0.9, 0, 0.5] }, 3)).toEqual(['p-2', 'p-1', 'p-1']);
});

it('keeps to the threshold, and says so', async () => {
  const logger = new RecordingLogger();
  const conf = { 'kyuubi.engine.pool.size': '50', 'kyuubi.engine.pool.size.threshold': '2' };
  expect(await picks({ conf, dice: [0.99], logger }, 1)).toEqual(['engine-pool-1']);
  expect(logger.has('kyuubi.engine.pool.size.threshold makes it 2')).toBe(true);
});

it('picks at random where the turns cannot be counted', async () => {
  const logger = new RecordingLogger();
  const { records } = new MemoryEnsemble(new FakeClock()).client();
  const down = () => Promise.reject(new SenbonError('DISCOVERY_CLOSED'));
  const conf = { 'kyuubi.engine.pool.selectPolicy': 'POLLING' };
  expect(await picks({ conf, dice: [0.4], logger, records: { ...records, get: down } }, 1)).toEqual([
    'engine-pool-1',
  ]);
  expect(logger.has('at random, since its turns cannot be counted')).toBe(true);
});
