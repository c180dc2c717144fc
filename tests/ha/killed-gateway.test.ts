import { type DiscoveryClient, silentLogger } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-zk';
import type { RealZooKeeper } from '@senbon/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSteadyJdbc } from '../jdbc/steady-jdbc.ts';
import { type Gateway, GatewayHome } from '../support/gateway.ts';
import { openSession, query } from '../support/hive.ts';
import type { JdbcDriver } from '../support/jars.ts';
import type { SteadyProgram } from '../support/steady-program.ts';
import { startZooKeeper } from '../support/zookeeper.ts';
import { type KeptSession, keptSession } from './loop.ts';

const drivers: readonly JdbcDriver[] = ['hive-jdbc-3.1.3', 'kyuubi-jdbc-1.10.1'];
/** Long enough that both drivers start and open many sessions while the dead gateway is still listed. */
const SESSION_TIMEOUT_MS = 20_000;
/** ZooKeeper ends sessions at whole ticks, of 200 ms here, and a busy machine is late. */
const SLACK_MS = 3_000;
/** Of a choice among three, so that no driver misses the dead one by luck. */
const ROUNDS = 40;
const ROUNDS_TIMEOUT_MS = 60_000;

let zooKeeper: RealZooKeeper;
let home: GatewayHome;
let witness: DiscoveryClient;
let gateways: Gateway[];

beforeAll(async () => {
  zooKeeper = await startZooKeeper();
  home = await GatewayHome.create();
  const { addresses } = zooKeeper;
  const timeouts = { sessionTimeoutMs: SESSION_TIMEOUT_MS, connectTimeoutMs: 10_000 };
  witness = await discoveryPlugin.open({ addresses, ...timeouts, conf: new Map(), logger: silentLogger }, {});
  const conf = {
    'kyuubi.ha.addresses': addresses,
    'kyuubi.ha.zookeeper.session.timeout': String(SESSION_TIMEOUT_MS),
    // As if the others were on other machines: they do not see its end.
    'kyuubi.ha.load.report.interval': '0',
  };
  gateways = await Promise.all([home.start({ conf }), home.start({ conf }), home.start({ conf })]);
});

afterAll(async () => {
  await home.close();
  await witness.close();
  await zooKeeper.stop();
});

const listed = async (): Promise<number[]> =>
  (await witness.registry.list('/kyuubi')).map(({ port }) => port);

describe('kill -9 of one gateway of three', () => {
  test('its engine and the other gateways serve on, drivers go past it, and its node goes in time', {
    timeout: 2 * ROUNDS_TIMEOUT_MS,
  }, async () => {
    const [victim, ...others] = gateways as [Gateway, Gateway, Gateway];
    const lost = await openSession(victim.binary, 'anna');
    await query(lost.session, 'SELECT 1');
    const engines = home.engines();
    expect(engines).toHaveLength(1);
    const kept: KeptSession[] = [];
    for (const { binary } of others) kept.push(await keptSession(binary, 'anna'));

    const killedMs = performance.now();
    await victim.kill();
    const gone = nodeGone(victim, killedMs);
    const programs = await Promise.all(drivers.map(startClients));
    await Promise.all(programs.map((program) => program.reach(ROUNDS, ROUNDS_TIMEOUT_MS)));
    // They have been there while it was listed.
    expect(await listed()).toContain(victim.binary.port);
    const goneMs = await gone;
    await Promise.all(programs.map((program) => program.stop()));
    console.log(
      `node gone after ${Math.round(goneMs)} ms; ${programs.map(({ rounds }) => rounds).join(', ')} opens`,
    );
    expect(programs.flatMap(({ failures }) => failures)).toEqual([]);
    expect(goneMs).toBeLessThan(SESSION_TIMEOUT_MS + SLACK_MS);
    for (const loop of kept) {
      const { failures, longestMs } = loop.take();
      console.log(`sessions on the others: longest query ${longestMs} ms`);
      expect(failures).toEqual([]);
      await loop.close();
    }
    expect(home.engines()).toEqual(engines);
    expect(new Set(await listed())).toEqual(new Set(others.map(({ binary }) => binary.port)));
  });
});

describe('kill -9 of a gateway whose end others can see, for they are on its machine', () => {
  test('its node goes at once', async () => {
    const conf = {
      'kyuubi.ha.addresses': zooKeeper.addresses,
      'kyuubi.ha.namespace': 'seen',
      'kyuubi.ha.zookeeper.session.timeout': String(SESSION_TIMEOUT_MS),
      'kyuubi.ha.load.report.interval': 'PT1S',
    };
    const [victim, other] = await Promise.all([home.start({ conf }), home.start({ conf })]);
    const ports = async () => (await witness.registry.list('/seen')).map(({ port }) => port);
    expect(await ports()).toHaveLength(2);
    await other.waitForLine(/Knows 2 gateways/, SLACK_MS);
    const killedMs = performance.now();
    await victim.kill();
    await expect.poll(ports, { timeout: SESSION_TIMEOUT_MS / 2 }).toEqual([other.binary.port]);
    console.log(`node gone after ${Math.round(performance.now() - killedMs)} ms`);
    await other.waitForLine(/of this machine was killed; removed its node/, SLACK_MS);
    const client = await openSession(other.binary, 'anna');
    expect(await query(client.session, 'SELECT 1')).toEqual([[1]]);
    await client.close();
  });
});

async function nodeGone({ binary }: Gateway, sinceMs: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('its node stays')), SESSION_TIMEOUT_MS + 2 * SLACK_MS);
    const onNodes = (nodes: readonly { readonly port: number }[]) => {
      if (nodes.some(({ port }) => port === binary.port)) return;
      clearTimeout(late);
      resolve();
    };
    witness.registry.watch('/kyuubi', onNodes).catch(reject);
  });
  return performance.now() - sinceMs;
}

function startClients(driver: JdbcDriver): Promise<SteadyProgram> {
  const url = `jdbc:hive2://${zooKeeper.addresses}/;serviceDiscoveryMode=zooKeeper;zooKeeperNamespace=kyuubi`;
  return startSteadyJdbc({ driver, url, clients: 4 });
}
