import { freePort, type RealZooKeeper } from '@senbon/testkit';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Installation } from '../support/installation.ts';
import { pythonOf } from '../support/python.ts';
import { SteadyProgram } from '../support/steady-program.ts';
import { isAlive } from '../support/tagged-processes.ts';
import { startZooKeeper } from '../support/zookeeper.ts';

const program = join(import.meta.dirname, '../support/python/steady_clients.py');
const ROAMING = 4;
const STAYING = 4;
const ROUNDS_BETWEEN = 60;
const ROUNDS_TIMEOUT_MS = 60_000;

let zooKeeper: RealZooKeeper;
let home: Installation;
let httpPort: number;

beforeEach(async () => {
  zooKeeper = await startZooKeeper();
  httpPort = await freePort();
  home = await Installation.create({
    'kyuubi.ha.addresses': zooKeeper.addresses,
    'kyuubi.frontend.thrift.binary.bind.port': '0',
    'kyuubi.frontend.thrift.http.bind.port': String(httpPort),
  });
  expect(await home.sh('bin/kyuubi start')).toMatchObject({ code: 0 });
});
afterEach(async () => {
  const killed = await home.close();
  await zooKeeper.stop();
  expect(killed).toEqual([]);
});

/** They have one address, as a load balancer's would be, and a new connection for a call when they like. */
test('PyHive and impyla over HTTP do not notice three upgrades', { timeout: 180_000 }, async () => {
  const clients = await Promise.all(
    (['pyhive', 'impyla'] as const).map(async (driver) => {
      const args = ['-B', program, driver, httpPort, ROAMING, STAYING].map(String);
      return new SteadyProgram(await pythonOf(driver), args);
    }),
  );
  const pids: number[] = [];
  const someRounds = () =>
    Promise.all(clients.map((each) => each.reach(each.rounds + ROUNDS_BETWEEN, ROUNDS_TIMEOUT_MS)));
  try {
    await someRounds();
    for (let upgrade = 0; upgrade < 3; upgrade++) {
      pids.push(await home.pid());
      expect(await home.sh('bin/kyuubi upgrade')).toMatchObject({ code: 0 });
      await someRounds();
      expect(clients.flatMap(({ failures }) => failures)).toEqual([]);
    }
    // The first one has sessions yet; each call to them has come through the others' door.
    expect(isAlive(pids[0] ?? 0)).toBe(true);
  } finally {
    await Promise.all(clients.map((each) => each.stop()));
  }
  expect(clients.flatMap(({ failures }) => failures)).toEqual([]);
});
