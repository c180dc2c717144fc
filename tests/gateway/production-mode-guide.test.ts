import { HiveClient } from '@senbon/hive-thrift';
import { freePort, type RealZooKeeper } from '@senbon/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Installation } from '../support/installation.ts';
import { isAlive } from '../support/tagged-processes.ts';
import { startZooKeeper } from '../support/zookeeper.ts';

/** The commands are those of Kyuubi's high availability guide, its addresses replaced by shell variables. */
const guide = {
  connect: `bin/kyuubi-beeline -u "jdbc:kyuubi://$ZOOKEEPER/;serviceDiscoveryMode=zooKeeper;zooKeeperNamespace=kyuubi" -n kentyao`,
  connectAsBefore: `bin/beeline -u "jdbc:hive2://$ZOOKEEPER/;serviceDiscoveryMode=zooKeeper;zooKeeperNamespace=kyuubi" -n kentyao`,
  deleteFixedPort: `./bin/kyuubi-ctl delete server --host "$KYUUBI_SERVER" --port "$FIXED_PORT"`,
  findPort: `grep "server.KyuubiThriftBinaryFrontendService: Starting and exposing JDBC connection at" logs/kyuubi-*.out`,
  deleteRandomPort: `./bin/kyuubi-ctl delete server --host "$KYUUBI_SERVER" --port "\${PORT_FPR_OLD_KYUUBI_SERVER}"`,
};

const END_TIMEOUT_MS = 20_000;

let zooKeeper: RealZooKeeper;
const installations: Installation[] = [];

beforeEach(async () => {
  zooKeeper = await startZooKeeper();
});

afterEach(async () => {
  const killed = await Promise.all(installations.splice(0).map((installation) => installation.close()));
  await zooKeeper.stop();
  expect(killed.flat()).toEqual([]);
});

async function install(port: number): Promise<Installation> {
  const installation = await Installation.create({
    'kyuubi.ha.addresses': zooKeeper.addresses,
    'kyuubi.ha.namespace': 'kyuubi',
    'kyuubi.frontend.thrift.binary.bind.port': String(port),
    'kyuubi.frontend.thrift.http.bind.port': '0',
    'kyuubi.session.engine.idle.timeout': 'PT1M',
  });
  installations.push(installation);
  return installation;
}

const variables = (more: Readonly<Record<string, string>> = {}) => ({
  ZOOKEEPER: zooKeeper.addresses,
  KYUUBI_SERVER: '127.0.0.1',
  ...more,
});

async function session(port: number) {
  const auth = { mechanism: 'PLAIN', user: 'kentyao', password: 'any' } as const;
  const client = await HiveClient.connect({ host: '127.0.0.1', port, auth });
  const opened = await client.openSession();
  const ask = async (sql: string): Promise<unknown[][]> => {
    const operation = await opened.execute(sql);
    await operation.wait();
    const rows: unknown[][] = [];
    for await (const row of operation.rows()) rows.push([...row]);
    await operation.close();
    return rows;
  };
  const close = async (): Promise<void> => {
    await opened.close();
    await client.close();
  };
  return { ask, close };
}

async function ended(pid: number): Promise<void> {
  const deadline = performance.now() + END_TIMEOUT_MS;
  while (isAlive(pid)) {
    if (performance.now() > deadline) throw new Error(`process ${pid} still runs after ${END_TIMEOUT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const count = async (old: Installation): Promise<number> =>
  (JSON.parse((await old.sh('bin/kyuubi-ctl list server --output json')).out) as unknown[]).length;

describe('production mode, as the guide has it', () => {
  test('a client finds a gateway by quorum and namespace', async () => {
    const gateway = await install(0);
    expect(await gateway.sh('bin/kyuubi start')).toMatchObject({ code: 0 });
    for (const command of [guide.connect, guide.connectAsBefore]) {
      const outcome = await gateway.sh(`${command} -e 'SELECT 40 + 2'`, variables());
      expect(outcome).toMatchObject({ code: 0, out: expect.stringContaining('42') });
    }
  });

  test('hot upgrade with a port of your own', async () => {
    const port = await freePort();
    const old = await install(port);
    expect(await old.sh('bin/kyuubi start')).toMatchObject({ code: 0 });
    const pid = await old.pid();
    const open = await session(port);
    expect(await open.ask('SELECT 1')).toEqual([[1]]);

    const deleted = await old.sh(guide.deleteFixedPort, variables({ FIXED_PORT: String(port) }));
    expect(deleted).toMatchObject({
      code: 0,
      out: expect.stringContaining('Deleting zookeeper service node:/kyuubi/serverUri=127.0.0.1:'),
    });
    // Its session is served on, and nobody new is sent to it.
    expect(await open.ask('SELECT 2')).toEqual([[2]]);
    expect(await count(old)).toBe(0);
    await open.close();
    await ended(pid);

    const next = await install(port);
    expect(await next.sh('bin/kyuubi start')).toMatchObject({ code: 0 });
    expect(await next.sh(`${guide.connect} -e 'SELECT 3'`, variables())).toMatchObject({ code: 0 });
  });

  test('hot upgrade with a random port', async () => {
    const old = await install(0);
    expect(await old.sh('bin/kyuubi start')).toMatchObject({ code: 0 });
    const found = await old.sh(guide.findPort);
    expect(found.code).toBe(0);
    const port = /jdbc:hive2:\/\/127\.0\.0\.1:(\d+)\/$/m.exec(found.out)?.[1] ?? '';
    const pid = await old.pid();
    const open = await session(Number(port));
    expect(await open.ask('SELECT 1')).toEqual([[1]]);

    const next = await install(0);
    expect(await next.sh('bin/kyuubi start')).toMatchObject({ code: 0 });
    expect(await count(old)).toBe(2);
    const deleted = await next.sh(guide.deleteRandomPort, variables({ PORT_FPR_OLD_KYUUBI_SERVER: port }));
    expect(deleted).toMatchObject({ code: 0 });
    expect(await count(old)).toBe(1);
    // You need not care when the old one ends: who comes now gets the new one.
    expect(await next.sh(`${guide.connect} -e 'SELECT 2'`, variables())).toMatchObject({ code: 0 });
    expect(isAlive(pid)).toBe(true);
    expect(await open.ask('SELECT 3')).toEqual([[3]]);
    await open.close();
    await ended(pid);
  });
});
