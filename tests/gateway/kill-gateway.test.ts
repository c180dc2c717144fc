import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { engineNodes } from '../support/engine-nodes.ts';
import { GatewayHome } from '../support/gateway.ts';
import { openSession, query } from '../support/hive.ts';
import { survivors } from '../support/tagged-processes.ts';
import { startZooKeeper } from '../support/zookeeper.ts';

/** The lost time-out of two seconds, and two busy cores. */
const ENDS_WITHIN_MS = 20_000;

let home: GatewayHome;

beforeEach(async () => {
  home = await GatewayHome.create();
});

afterEach(async () => {
  await home.close();
});

const engineLog = (): string => {
  const dir = join(home.dir, 'work', 'anna');
  const logs = readdirSync(dir).filter((name) => name.includes('.log'));
  return logs.map((name) => readFileSync(join(dir, name), 'utf8')).join('');
};

const pids = (): number[] => home.engines().map(({ pid }) => pid);

describe('kill -9 of a gateway', () => {
  test('the next gateway finds the engine and uses it again', async () => {
    await using zooKeeper = await startZooKeeper();
    const conf = { 'kyuubi.ha.addresses': zooKeeper.addresses };
    const first = await home.start({ conf });
    const before = await openSession(first.binary, 'anna');
    expect(await query(before.session, 'SELECT 1')).toEqual([[1]]);
    const engine = pids();
    const node = await engineNodes(zooKeeper.address);
    expect(engine).toHaveLength(1);

    await first.kill();

    const second = await home.start({ conf });
    const after = await openSession(second.binary, 'anna');
    expect(await query(after.session, 'SELECT 2')).toEqual([[2]]);
    expect(pids()).toEqual(engine);
    expect(await engineNodes(zooKeeper.address)).toEqual(node);
    await after.close();
    await home.close();
  });

  test('its sessions are closed on the engine, those of another gateway are not', async () => {
    await using zooKeeper = await startZooKeeper();
    const conf = { 'kyuubi.ha.addresses': zooKeeper.addresses, 'kyuubi.engine.gateway.lost.timeout': 'PT1S' };
    const first = await home.start({ conf });
    const second = await home.start({ conf });
    const lost = await openSession(first.binary, 'anna');
    await query(lost.session, 'CREATE TABLE kept AS SELECT 7 AS x');
    const kept = await openSession(second.binary, 'anna');
    await query(kept.session, 'CREATE TEMP TABLE mine AS SELECT 8 AS x');
    expect(pids()).toHaveLength(1);

    await first.kill();

    await expect.poll(() => engineLog(), { timeout: ENDS_WITHIN_MS }).toContain('its gateway has gone');
    expect(engineLog().match(/its gateway has gone/g)).toHaveLength(1);
    expect(await query(kept.session, 'SELECT mine.x, kept.x FROM mine, kept')).toEqual([[8, 7]]);
    await kept.close();
    await home.close();
  });

  /** What a newcomer does: the ZooKeeper dies with the gateway, and a new, empty one comes up in its place. */
  test('so does one whose embedded ZooKeeper died with it', async () => {
    const first = await home.start();
    const before = await openSession(first.binary, 'anna');
    await query(before.session, 'CREATE TABLE kept AS SELECT 7 AS x');
    const engine = pids();
    const port = String(first.zooKeeper?.port);

    await first.kill();

    const second = await home.start({ conf: { 'kyuubi.zookeeper.embedded.client.port': port } });
    if (second.zooKeeper === undefined) throw new Error('no embedded ZooKeeper');
    const { zooKeeper } = second;
    // At once: the engine has not registered again yet.
    const after = await openSession(second.binary, 'anna');
    expect(await query(after.session, 'SELECT x FROM kept')).toEqual([[7]]);
    expect(pids()).toEqual(engine);
    expect(await engineNodes(zooKeeper)).toHaveLength(1);
    await after.close();
  });

  test('an engine that has lost its ZooKeeper for good ends by itself', async () => {
    const gateway = await home.start({ conf: { 'kyuubi.engine.discovery.lost.timeout': 'PT2S' } });
    const client = await openSession(gateway.binary, 'anna');
    expect(await query(client.session, 'SELECT 1')).toEqual([[1]]);
    expect(pids()).toHaveLength(1);
    await client.close();
    await gateway.kill();
    expect(await survivors(home.dir, ENDS_WITHIN_MS)).toEqual([]);
  });

  test('and so does one with sessions that its dead gateway left behind', async () => {
    const gateway = await home.start({ conf: { 'kyuubi.engine.discovery.lost.timeout': 'PT2S' } });
    const { session } = await openSession(gateway.binary, 'anna');
    expect(await query(session, 'SELECT 1')).toEqual([[1]]);
    await gateway.kill();
    expect(await survivors(home.dir, ENDS_WITHIN_MS)).toEqual([]);
  });
});
