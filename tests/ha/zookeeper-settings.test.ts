import { readFileSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RealZooKeeper } from '@senbon/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type ZooKeeper from 'zookeeper';
import { runCtl } from '../ctl/run-ctl.ts';
import { runJdbc } from '../jdbc/run-jdbc.ts';
import { dialects } from '../support/dialects.ts';
import { children, engineNodes, withZooKeeper } from '../support/engine-nodes.ts';
import { type Address, type Gateway, GatewayHome } from '../support/gateway.ts';
import { CLIENT_TIMEOUT_MS } from '../support/client-checks.ts';
import { type Client, openSession, query } from '../support/hive.ts';
import type { JdbcDriver } from '../support/jars.ts';
import { startZooKeeper } from '../support/zookeeper.ts';

const drivers: readonly JdbcDriver[] = ['hive-jdbc-3.1.3', 'kyuubi-jdbc-1.10.1'];
const PASSWORD = 'k33p-this-secret';
const READ = 1;
const ALL = 31;

let zooKeeper: RealZooKeeper & { readonly address: Address };
let home: GatewayHome;
let gateway: Gateway;
let client: Client;
let strangersConf: string;
/** With another password. */
let intrudersConf: string;

/** A kyuubi-defaults.conf as it was written for Kyuubi 1.4, and what protects the nodes. */
beforeAll(async () => {
  zooKeeper = await startZooKeeper();
  home = await GatewayHome.create();
  const older = {
    'kyuubi.ha.zookeeper.quorum': '127.0.0.1',
    'kyuubi.ha.zookeeper.client.port': String(zooKeeper.address.port),
    'kyuubi.ha.zookeeper.namespace': 'older',
    'kyuubi.ha.zookeeper.session.timeout': '10000',
    'kyuubi.ha.client.class': 'org.apache.kyuubi.ha.client.zookeeper.ZookeeperDiscoveryClient',
    'kyuubi.ha.zookeeper.connection.retry.policy': 'ONE_TIME',
    'kyuubi.ha.zookeeper.connection.max.retries': '3',
    'kyuubi.ha.zookeeper.connection.base.retry.wait': '100',
  };
  const access = {
    'kyuubi.ha.zookeeper.acl.enabled': 'true',
    'kyuubi.ha.zookeeper.auth.type': 'DIGEST',
    'kyuubi.ha.zookeeper.engine.auth.type': 'DIGEST',
    'kyuubi.ha.zookeeper.auth.digest': `senbon:${PASSWORD}`,
  };
  await writeConf(join(home.dir, 'conf'), { ...older, ...access });
  strangersConf = join(home.dir, 'work');
  await writeConf(strangersConf, older);
  intrudersConf = join(strangersConf, 'intruder');
  await mkdir(intrudersConf);
  await writeConf(intrudersConf, {
    ...older,
    ...access,
    'kyuubi.ha.zookeeper.auth.digest': 'senbon:wrong',
  });
  // The addresses once more, so that the harness does not wait for an embedded one.
  gateway = await home.start({ conf: { 'kyuubi.ha.zookeeper.quorum': '127.0.0.1' } });
  client = await openSession(gateway.binary, 'anna');
  await query(client.session, 'SELECT 1');
});

afterAll(async () => {
  await home.close();
  await zooKeeper.stop();
});

const writeConf = (dir: string, conf: Readonly<Record<string, string>>) =>
  writeFile(
    join(dir, 'kyuubi-defaults.conf'),
    Object.entries(conf)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );

const serverNode = async (stranger: ZooKeeper): Promise<string> => {
  const names = await children(stranger, '/older');
  return `/older/${names.find((name) => name.startsWith('serverUri='))}`;
};

describe('the older settings, and access control by digest', () => {
  test('gateway and engine stand in the ensemble and namespace that they name', async () => {
    await withZooKeeper(zooKeeper.address, async (stranger) => {
      const { host, port } = gateway.binary;
      expect(await serverNode(stranger)).toContain(`/older/serverUri=${host}:${port};`);
    });
    const engines = await engineNodes(zooKeeper.address, 'older');
    expect(engines).toEqual([
      expect.stringMatching(/^\/older_senbon-1_USER_DUCKDB\/anna\/default\/serverUri=/),
    ]);
  });

  test('everybody reads their nodes, and holders of the credentials have all rights', async () => {
    const [engine = ''] = await engineNodes(zooKeeper.address, 'older');
    await withZooKeeper(zooKeeper.address, async (stranger) => {
      for (const path of [await serverNode(stranger), engine]) {
        const [acl] = (await stranger.get_acl(path)) as unknown as [unknown];
        // The server does not tell a stranger the hash.
        expect([path, acl]).toEqual([
          path,
          [
            expect.objectContaining({ perms: READ, scheme: 'world', auth: 'anyone' }),
            expect.objectContaining({ perms: ALL, scheme: 'digest', auth: 'senbon:x' }),
          ],
        ]);
      }
    });
  });

  test('a stranger reads, and can neither delete, nor write, nor add a server', async () => {
    const [engine = ''] = await engineNodes(zooKeeper.address, 'older');
    await withZooKeeper(zooKeeper.address, async (stranger) => {
      for (const path of [await serverNode(stranger), engine]) {
        const [, data] = (await stranger.get(path, false)) as unknown as [unknown, Buffer];
        expect(path).toContain(`serverUri=${data.toString()};`);
        await expect(stranger.delete_(path, -1)).rejects.toThrow(/not authenticated/);
        await expect(stranger.set(path, 'elsewhere:1', -1)).rejects.toThrow(/not authenticated/);
        const sibling = `${path.slice(0, path.lastIndexOf('/'))}/serverUri=elsewhere:1;version=1;sequence=`;
        await expect(stranger.create(sibling, 'elsewhere:1', 3)).rejects.toThrow(/not authenticated/);
      }
    });
    expect(await query(client.session, 'SELECT 2')).toEqual([[2]]);
  });

  test.each(drivers)(
    '%s, which has no credentials, finds the gateway',
    async (driver) => {
      const { host, port } = zooKeeper.address;
      const url = `jdbc:hive2://${host}:${port}/;serviceDiscoveryMode=zooKeeper;zooKeeperNamespace=older`;
      const report = await runJdbc(driver, [{ name: 'zk', url, checks: ['select-1'] }], dialects.duckdb);
      report.expectPassed('zk select-1');
    },
    CLIENT_TIMEOUT_MS,
  );

  test('retry settings without effect are named at the start', () => {
    for (const name of ['retry.policy', 'max.retries']) {
      expect(gateway.log()).toContain(`kyuubi.ha.zookeeper.connection.${name}`);
    }
    expect(gateway.log()).not.toContain('kyuubi.ha.zookeeper.connection.base.retry.wait');
  });

  test('the password is in no log and no process list', () => {
    const seen = [gateway.log(), readFileSync(`/proc/${gateway.pid}/cmdline`, 'utf8')];
    for (const { pid } of home.engines()) seen.push(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
    const logs = join(home.dir, 'work/anna');
    for (const name of readdirSync(logs)) {
      if (name.includes('.log')) seen.push(readFileSync(join(logs, name), 'utf8'));
    }
    expect(seen.length).toBeGreaterThan(3);
    for (const text of seen) expect(text).not.toContain(PASSWORD);
  });

  test('kyuubi-ctl without the credentials deletes nothing; with them the gateway drains', async () => {
    const { host, port } = gateway.binary;
    const command = ['delete', 'server', '--host', host, '--port', String(port)];
    const refused = await runCtl(strangersConf, ...command);
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringMatching(/access control list.*auth\.digest/),
    });
    const withDeadline = [...command, '--deadline', '1h'];
    expect(await runCtl(intrudersConf, ...withDeadline)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/access control list/),
    });
    expect(gateway.log()).not.toContain('-> draining');
    expect(await runCtl(join(home.dir, 'conf'), ...withDeadline)).toMatchObject({ code: 0, err: '' });
    await gateway.waitForLine(/running -> draining/);
    expect(await query(client.session, 'SELECT 3')).toEqual([[3]]);
    await client.close();
    await gateway.ended();
  });
});
