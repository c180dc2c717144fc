import { connect } from '@senbon/client';
import { type RealEtcd, startEtcd } from '@senbon/testkit';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCtl } from '../ctl/run-ctl.ts';
import { etcdBinDir } from '../support/debs.ts';
import { type Gateway, GatewayHome } from '../support/gateway.ts';

/** Kyuubi's own name for it, as a kyuubi-defaults.conf has it. */
const CLIENT_CLASS = 'org.apache.kyuubi.ha.client.etcd.EtcdDiscoveryClient';
const OPEN_TIMEOUT_MS = 60_000;

let etcd: RealEtcd;
let home: GatewayHome;
let gateways: Gateway[];

beforeAll(async () => {
  etcd = await startEtcd({ members: 3, binDir: await etcdBinDir() });
  home = await GatewayHome.create();
  const addresses = etcd.members.map(({ address }) => `http://${address}`).join(',');
  const conf = { 'kyuubi.ha.addresses': addresses, 'kyuubi.ha.client.class': CLIENT_CLASS };
  const lines = Object.entries(conf).map(([key, value]) => `${key} ${value}\n`);
  await writeFile(join(home.dir, 'conf/kyuubi-defaults.conf'), lines.join(''));
  gateways = await Promise.all([home.start({ conf }), home.start({ conf })]);
});

afterAll(async () => {
  await home.close();
  await etcd.stop();
});

const keys = async (prefix: string): Promise<string[]> =>
  (await etcd.ctl('get', '--prefix', '--keys-only', prefix)).split('\n').filter((line) => line !== '');
const ctl = (line: string) => runCtl(join(home.dir, 'conf'), ...line.split(' '));

const portsOf = (...some: readonly (Gateway | undefined)[]): string[] =>
  some.map((gateway) => String(gateway?.binary.port)).toSorted();

async function ask(gateway: Gateway | undefined, sql: string): Promise<unknown> {
  const connection = await connect(gateway?.urls.binary ?? '', { user: 'anna', password: 'any' });
  try {
    for await (const row of (await connection.query(sql)).objects()) return row;
    return null;
  } finally {
    await connection.close();
  }
}

describe('two gateways on etcd', () => {
  test(
    'share one DuckDB engine, which registers there too',
    async () => {
      const rows = await Promise.all(
        [...gateways, ...gateways].map((gateway) => ask(gateway, 'SELECT 42 AS n')),
      );
      expect(rows).toEqual([{ n: 42 }, { n: 42 }, { n: 42 }, { n: 42 }]);
      const engines = (await keys('/kyuubi_')).filter((key) => key.includes('/serverUri='));
      expect(engines).toEqual([
        expect.stringMatching(
          /^\/kyuubi_[^/]+_USER_DUCKDB\/anna\/default\/serverUri=127\.0\.0\.1:\d+;version=[^;]+;.*refId=[^;]+;sequence=\d{10}$/,
        ),
      ]);
      expect(home.engines()).toHaveLength(1);
    },
    OPEN_TIMEOUT_MS,
  );

  test("stand there in Kyuubi's layout", async () => {
    const ports = portsOf(...gateways);
    const nodes = (await keys('/kyuubi/')).filter((key) => key.includes('serverUri='));
    expect(nodes).toHaveLength(2);
    for (const node of nodes) {
      expect(node).toMatch(/^\/kyuubi\/serverUri=[^:]+:\d+;version=[^;]+;sequence=\d{10}$/);
      const value = (await etcd.ctl('get', '--print-value-only', node)).trim();
      expect(node).toContain(`serverUri=${value};`);
      expect(ports).toContain(value.split(':')[1]);
    }
    expect((await etcd.ctl('get', '--print-value-only', '/kyuubi')).trim()).toBe('/kyuubi');
  });

  test('are listed, copied and deleted by kyuubi-ctl; who was deleted drains', async () => {
    const [first, second] = gateways;
    const listed = JSON.parse((await ctl('list server --output json')).out) as { port: number }[];
    expect(listed.map(({ port }) => String(port)).toSorted()).toEqual(portsOf(first, second));
    expect(JSON.parse((await ctl('list engine --user anna --output json')).out)).toHaveLength(1);
    const { host, port } = first?.binary ?? { host: '', port: 0 };
    expect((await ctl(`get server --host ${host} --port ${port}`)).out).toContain('1 row(s)');
    expect((await ctl('create server -n copies')).out).toContain('2 row(s)');
    expect((await etcd.ctl('get', '--prefix', '/copies/serverUri=')).match(/serverUri=/g)).toHaveLength(2);

    expect((await ctl(`delete server --host ${host} --port ${port}`)).out).toContain('1 row(s)');
    await first?.ended();
    expect(first?.log()).toContain(
      `This Kyuubi instance ${host}:${port} is now de-registered from ETCD. The server will be shut down after the last client session completes.`,
    );
    expect(await ask(second, 'SELECT 1 AS n')).toEqual({ n: 1 });
    expect(JSON.parse((await ctl('list server --output json')).out)).toMatchObject([second?.binary]);
  });

  test('keep on serving when the leader is killed and when all are restarted', async () => {
    const leading = await Promise.all(etcd.members.map((member) => member.isLeader()));
    const leader = etcd.members[leading.indexOf(true)];
    await leader?.kill();
    expect(await ask(gateways[1], 'SELECT 2 AS n')).toEqual({ n: 2 });
    await etcd.restart();
    expect(await ask(gateways[1], 'SELECT 3 AS n')).toEqual({ n: 3 });
    expect(home.engines()).toHaveLength(1);
    expect(JSON.parse((await ctl('list server --output json')).out)).toMatchObject([gateways[1]?.binary]);
  });
});
