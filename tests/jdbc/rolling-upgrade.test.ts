import { freePort, type RealZooKeeper } from '@senbon/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Installation } from '../support/installation.ts';
import type { JdbcDriver } from '../support/jars.ts';
import type { SteadyProgram } from '../support/steady-program.ts';
import { isAlive } from '../support/tagged-processes.ts';
import { startZooKeeper } from '../support/zookeeper.ts';
import { startSteadyJdbc } from './steady-jdbc.ts';

const drivers: readonly JdbcDriver[] = ['hive-jdbc-3.1.3', 'kyuubi-jdbc-1.10.1'];
const CLIENTS_PER_DRIVER = 30;
/** With each driver, after each upgrade, before the next one. */
const ROUNDS_BETWEEN = 90;
const ROUNDS_TIMEOUT_MS = 90_000;
const END_TIMEOUT_MS = 60_000;
const TEST_TIMEOUT_MS = 240_000;

let zooKeeper: RealZooKeeper;
const installations: Installation[] = [];
/** Those that serve. */
let gateways: Installation[] = [];
let clients: readonly SteadyProgram[] = [];

async function install(port: number): Promise<Installation> {
  const installation = await Installation.create({
    'kyuubi.ha.addresses': zooKeeper.addresses,
    'kyuubi.frontend.thrift.binary.bind.port': String(port),
    'kyuubi.frontend.thrift.http.bind.port': '0',
  });
  installations.push(installation);
  return installation;
}

async function start(port: number): Promise<Installation> {
  const gateway = await install(port);
  expect(await gateway.sh('bin/kyuubi start')).toMatchObject({ code: 0 });
  return gateway;
}

const portOf = (gateway: Installation): number =>
  Number(/exposing JDBC connection at: jdbc:hive2:\/\/127\.0\.0\.1:(\d+)\/$/m.exec(gateway.log())?.[1]);

async function gone(pid: number): Promise<void> {
  const deadline = performance.now() + END_TIMEOUT_MS;
  while (isAlive(pid)) {
    if (performance.now() > deadline)
      throw new Error(`process ${pid} still drains after ${END_TIMEOUT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function deleteNode(gateway: Installation): Promise<void> {
  const command = `bin/kyuubi-ctl delete server --host 127.0.0.1 --port ${portOf(gateway)}`;
  expect(await gateway.sh(command)).toMatchObject({ code: 0 });
}

/** The ways of docs/high-availability.md. Each returns the gateway that serves afterwards. */
const ways = {
  'a port of its own': async (old: Installation) => {
    const pid = await old.pid();
    await deleteNode(old);
    await gone(pid);
    expect(await old.sh('bin/kyuubi start')).toMatchObject({ code: 0 });
    return old;
  },
  'a random port': async (old: Installation) => {
    const next = await start(0);
    await deleteNode(old);
    return next;
  },
  'bin/kyuubi upgrade': async (old: Installation) => {
    expect(await old.sh('bin/kyuubi upgrade')).toMatchObject({ code: 0 });
    return old;
  },
} as const;
type Way = keyof typeof ways;

async function someRounds(): Promise<void> {
  await Promise.all(clients.map((each) => each.reach(each.rounds + ROUNDS_BETWEEN, ROUNDS_TIMEOUT_MS)));
}

const failures = () => clients.flatMap((each) => each.failures);

beforeAll(async () => {
  zooKeeper = await startZooKeeper(3);
  gateways = [await start(await freePort()), await start(await freePort()), await start(await freePort())];
  const url = `jdbc:hive2://${zooKeeper.addresses}/;serviceDiscoveryMode=zooKeeper;zooKeeperNamespace=kyuubi`;
  clients = await Promise.all(
    drivers.map((driver) => startSteadyJdbc({ driver, url, clients: CLIENTS_PER_DRIVER })),
  );
  await someRounds();
}, TEST_TIMEOUT_MS);

afterAll(async () => {
  await Promise.all(clients.map((each) => each.stop()));
  const killed = await Promise.all(installations.map((installation) => installation.close()));
  await zooKeeper.stop();
  expect(killed.flat()).toEqual([]);
}, TEST_TIMEOUT_MS);

describe('60 JDBC clients connect, query and disconnect while each of three gateways is upgraded by', () => {
  test.each(Object.keys(ways) as Way[])(
    '%s: no open and no call fails by us',
    { timeout: TEST_TIMEOUT_MS },
    async (way) => {
      for (const [index, old] of gateways.entries()) {
        gateways[index] = await ways[way](old);
        await someRounds();
        expect(failures()).toEqual([]);
      }
    },
  );

  test('to the end', { timeout: TEST_TIMEOUT_MS }, async () => {
    await Promise.all(clients.map((each) => each.stop()));
    expect(failures()).toEqual([]);
    const races = clients.reduce((sum, each) => sum + each.races, 0);
    console.log(
      drivers
        .map((driver, index) => `${driver}: ${clients[index]?.rounds} rounds, ${clients[index]?.races} races`)
        .join(', '),
    );
    // See docs/high-availability.md: it takes a read in the very moment of one of nine deletions.
    expect(races).toBeLessThan(Object.keys(ways).length * gateways.length);
  });
});
