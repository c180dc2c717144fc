import type { RealZooKeeper } from '@senbon/testkit';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCtl } from '../ctl/run-ctl.ts';
import { startSteadyJdbc } from '../jdbc/steady-jdbc.ts';
import { type Gateway, GatewayHome } from '../support/gateway.ts';
import { openSession, query } from '../support/hive.ts';
import { startZooKeeper } from '../support/zookeeper.ts';
import { keptSession } from './loop.ts';

/** Time for a JVM to start and to be refused. */
const DEADLINE_S = 12;

let zooKeeper: RealZooKeeper;
let home: GatewayHome;
let drained: Gateway;
let other: Gateway;

beforeAll(async () => {
  zooKeeper = await startZooKeeper();
  home = await GatewayHome.create();
  const conf = { 'kyuubi.ha.addresses': zooKeeper.addresses };
  await writeFile(
    join(home.dir, 'conf/kyuubi-defaults.conf'),
    `kyuubi.ha.addresses ${zooKeeper.addresses}\n`,
  );
  [drained, other] = await Promise.all([
    home.start({ conf: { ...conf, 'kyuubi.server.drain.deadline': `PT${DEADLINE_S}S` } }),
    home.start({ conf }),
  ]);
});

afterAll(async () => {
  await home.close();
  await zooKeeper.stop();
});

test('a session that is never closed is served until the deadline; Hive JDBC is refused with the name of the other', async () => {
  const idle = await openSession(drained.binary, 'anna');
  await query(idle.session, 'SELECT 1');
  const busy = await keptSession(drained.binary, 'anna');
  const { host, port } = drained.binary;
  const beganMs = performance.now();
  const deletion = await runCtl(
    join(home.dir, 'conf'),
    'delete',
    'server',
    '--host',
    host,
    '--port',
    `${port}`,
  );
  expect(deletion).toMatchObject({ code: 0 });

  const refused = await startSteadyJdbc({ driver: 'hive-jdbc-3.1.3', url: drained.urls.binary, clients: 1 });
  await refused.reach(1, DEADLINE_S * 1_000);
  await refused.stop();
  expect(refused.failures[0]).toContain('is being drained');
  expect(refused.failures[0]).toContain(`${other.binary.host}:${other.binary.port}`);

  await busy.onceMore(DEADLINE_S * 1_000);
  expect(busy.take().failures).toEqual([]);
  await drained.ended();
  const tookMs = performance.now() - beganMs;
  expect(tookMs).toBeGreaterThan(DEADLINE_S * 1_000);
  expect(drained.log()).toMatch(/anna/);
  await busy.close().catch(() => {});
  console.log(`ended ${Math.round(tookMs - DEADLINE_S * 1_000)} ms after its deadline`);
});
