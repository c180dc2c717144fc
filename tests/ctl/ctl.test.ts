import { silentLogger } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-zk';
import type { DiscoveryClient } from '@senbon/core';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway } from '../support/gateway.ts';
import { startZooKeeper } from '../support/zookeeper.ts';
import { runCtl } from './run-ctl.ts';

let zooKeeper: Awaited<ReturnType<typeof startZooKeeper>>;
let confDir: string;
let client: DiscoveryClient;

beforeAll(async () => {
  zooKeeper = await startZooKeeper();
  confDir = await mkdtemp(join(tmpdir(), 'senbon-ctl-'));
  const addresses = `127.0.0.1:${zooKeeper.address.port}`;
  await writeFile(join(confDir, 'kyuubi-defaults.conf'), `kyuubi.ha.addresses ${addresses}\n`);
  const options = { addresses, sessionTimeoutMs: 30_000, connectTimeoutMs: 10_000, conf: new Map() };
  client = await discoveryPlugin.open({ ...options, logger: silentLogger }, {});
  await client.registry.register('/kyuubi', { host: '127.0.0.1', port: 10_009, version: '1.13.0' });
  await client.registry.register('/kyuubi', { host: '127.0.0.2', port: 10_009, version: '1.13.0' });
  const engine = { host: '127.0.0.1', port: 4_000, version: '1', refId: 'r', attributes: { a: 'b' } };
  await client.registry.register('/kyuubi_senbon-1_USER_DUCKDB/ann/default', engine);
});

afterAll(async () => {
  await client.close();
  await rm(confDir, { recursive: true, force: true });
  await zooKeeper[Symbol.asyncDispose]();
});

const ctl = (line: string) => runCtl(confDir, ...line.split(' '));

describe('kyuubi-ctl on a real ZooKeeper', () => {
  test('lists servers in a table', async () => {
    const { code, out, err } = await ctl('list server');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.split('\n')).toEqual([
      '',
      '          Zookeeper service nodes          ',
      '╔═══════════╤═══════════╤═══════╤═════════╗',
      '║ Namespace │ Host      │ Port  │ Version ║',
      '╠═══════════╪═══════════╪═══════╪═════════╣',
      '║ /kyuubi   │ 127.0.0.1 │ 10009 │ 1.13.0  ║',
      '╟───────────┼───────────┼───────┼─────────╢',
      '║ /kyuubi   │ 127.0.0.2 │ 10009 │ 1.13.0  ║',
      '╚═══════════╧═══════════╧═══════╧═════════╝',
      '2 row(s)',
      '',
    ]);
  });

  test('gets one, and engines of a user, as JSON too', async () => {
    const got = await ctl('get server --host 127.0.0.2 --port 10009');
    expect(got.out).toContain('1 row(s)');
    expect((await ctl('get -s 127.0.0.1 -p 1')).out).toContain('0 row(s)');
    const engines = await ctl('list engine --user ann --output json --verbose');
    expect(JSON.parse(engines.out)).toEqual([
      {
        namespace: '/kyuubi_senbon-1_USER_DUCKDB/ann/default',
        host: '127.0.0.1',
        port: 4_000,
        version: '1',
        attributes: { version: '1', a: 'b', refId: 'r', sequence: '0000000000' },
        node: 'serverUri=127.0.0.1:4000;version=1;a=b;refId=r;sequence=0000000000',
      },
    ]);
    expect(engines.err).toContain('Parsed arguments:\n  action                  LIST');
  });

  test('copies servers into another space, where they stay', async () => {
    const created = await ctl('create server -n copies');
    expect(created.out).toContain('Created zookeeper service nodes');
    const listed = await ctl('list server -n copies --output json');
    expect(JSON.parse(listed.out)).toMatchObject([
      { namespace: '/copies', host: '127.0.0.1', port: 10_009, version: '1.13.0' },
      { namespace: '/copies', host: '127.0.0.2', port: 10_009, version: '1.13.0' },
    ]);
    expect(await ctl('create server')).toMatchObject({
      code: 1,
      err: expect.stringContaining('Only support expose Kyuubi server instance to another domain'),
    });
  });

  test('deletes', async () => {
    const { code, out } = await ctl('delete server -s 127.0.0.2 -p 10009');
    expect(code).toBe(0);
    expect(out).toMatch(
      /^Deleting zookeeper service node:\/kyuubi\/serverUri=127\.0\.0\.2:10009;version=1\.13\.0;sequence=\d{10}$/m,
    );
    expect(out).toContain('Deleted zookeeper service nodes');
    const engine = await ctl('delete engine -u ann -s 127.0.0.1 -p 4000');
    expect(engine.out).toContain('1 row(s)');
    expect(await client.registry.list('/kyuubi')).toHaveLength(1);
    expect(await client.registry.list('/kyuubi_senbon-1_USER_DUCKDB/ann/default')).toEqual([]);
  });

  test('says what is wrong, and exits with 1', async () => {
    expect(await ctl('fly')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^Error: Unknown argument 'fly'/),
    });
    const nobody = await ctl('list -zk 127.0.0.1:1 --conf kyuubi.ha.zookeeper.connection.timeout=500');
    expect(nobody).toMatchObject({ code: 1, err: expect.stringContaining('Error: DISCOVERY_UNREACHABLE') });
    expect(await ctl('--help')).toMatchObject({ code: 0, out: expect.stringContaining('Usage: kyuubi-ctl') });
  });
});

test('kyuubi-ctl reaches the embedded ZooKeeper of a gateway, which drains', async () => {
  const { gateway, home } = await startGateway();
  try {
    const { host, port } = gateway.zooKeeper ?? { host: '', port: 0 };
    const at = `-zk ${host}:${port}`;
    const [server] = JSON.parse((await ctl(`list server ${at} --output json`)).out) as [
      { host: string; port: number },
    ];
    expect(server).toMatchObject(gateway.binary);
    await ctl(`delete server ${at} -s ${server.host} -p ${server.port}`);
    await gateway.ended();
    expect(gateway.log()).toContain('is now de-registered from ZooKeeper');
  } finally {
    await home.close();
  }
});
