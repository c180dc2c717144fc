import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engineNodes } from '../support/engine-nodes.ts';
import { type Address, type Gateway, GatewayHome } from '../support/gateway.ts';
import { type Client, OPEN_TIMEOUT_MS, openSession, query } from '../support/hive.ts';
import { startZooKeeper } from '../support/zookeeper.ts';

const SESSIONS = 200;

let home: GatewayHome;

beforeEach(async () => {
  home = await GatewayHome.create();
});

afterEach(async () => {
  await home.close();
});

/** Opens `count` sessions of one user at once, and asks each for a row while all are open. */
async function askAtOnce(gateways: readonly Gateway[], count: number): Promise<unknown[]> {
  const opened: Promise<Client>[] = [];
  for (let at = 0; at < count; at++) {
    const gateway = gateways[at % gateways.length];
    if (gateway !== undefined) opened.push(openSession(gateway.binary, 'anna'));
  }
  const clients = await Promise.all(opened);
  const answers = await Promise.all(clients.map(async ({ session }, at) => query(session, `SELECT ${at}`)));
  await Promise.all(clients.map(async (client) => client.close()));
  return answers.map((rows) => rows[0]?.[0]);
}

/** One node, the first that was ever made there (a launch too many would have taken a number), and one process. */
async function expectOneEngineEver(zooKeeper: Address): Promise<void> {
  const nodes = await engineNodes(zooKeeper);
  expect(nodes).toEqual([expect.stringMatching(/_USER_DUCKDB\/anna\/default\/serverUri=.*sequence=0{10}$/)]);
  expect(home.engines()).toHaveLength(1);
}

const numbers = Array.from({ length: SESSIONS }, (_, at) => at);

describe('a cold engine space', () => {
  test(
    '200 sessions opened at once launch exactly one engine',
    async () => {
      const gateway = await home.start();
      expect(await askAtOnce([gateway], SESSIONS)).toEqual(numbers);
      if (gateway.zooKeeper === undefined) throw new Error('no embedded ZooKeeper');
      await expectOneEngineEver(gateway.zooKeeper);
    },
    OPEN_TIMEOUT_MS,
  );

  test(
    '100 sessions on each of two gateways of one ZooKeeper launch exactly one engine',
    async () => {
      await using zooKeeper = await startZooKeeper();
      const conf = { 'kyuubi.ha.addresses': zooKeeper.addresses };
      const gateways = await Promise.all([home.start({ conf }), home.start({ conf })]);
      expect(await askAtOnce(gateways, SESSIONS)).toEqual(numbers);
      await expectOneEngineEver(zooKeeper.address);
      await home.close();
    },
    OPEN_TIMEOUT_MS,
  );
});
