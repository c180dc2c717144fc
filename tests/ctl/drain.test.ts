import { silentLogger } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-zk';
import type { DiscoveryClient } from '@senbon/core';
import { HiveClient } from '@senbon/hive-thrift';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Address, type Gateway, GatewayHome } from '../support/gateway.ts';
import { type Client, openSession, query } from '../support/hive.ts';
import { startZooKeeper } from '../support/zookeeper.ts';
import { runCtl } from './run-ctl.ts';

let zooKeeper: Awaited<ReturnType<typeof startZooKeeper>>;
let home: GatewayHome;
let gateway: Gateway;
let other: Gateway;
let client: DiscoveryClient;
const conf = () => ({
  'kyuubi.ha.addresses': zooKeeper.addresses,
  'kyuubi.server.drain.deadline': 'PT10M',
  'kyuubi.frontend.protocols': 'THRIFT_BINARY,THRIFT_HTTP,REST',
  'kyuubi.frontend.rest.bind.port': '0',
  'kyuubi.server.administrators': 'ann',
});

beforeAll(async () => {
  zooKeeper = await startZooKeeper();
  home = await GatewayHome.create();
  [gateway, other] = await Promise.all([home.start({ conf: conf() }), home.start({ conf: conf() })]);
  const options = { addresses: zooKeeper.addresses, sessionTimeoutMs: 30_000, connectTimeoutMs: 10_000 };
  client = await discoveryPlugin.open({ ...options, conf: new Map(), logger: silentLogger }, {});
});

afterAll(async () => {
  await client.close();
  await home.close();
  await zooKeeper[Symbol.asyncDispose]();
});

const ctl = (command: string, { host, port }: Address) => {
  const line = `${command} -zk ${zooKeeper.addresses} -s ${host} -p ${port} --output json`;
  return runCtl(home.dir, ...line.split(' '));
};

const registered = async () => {
  const nodes = await client.registry.list('/kyuubi');
  return nodes.map(({ host, port }) => `${host}:${port}`);
};

const recordsLeft = async () => [
  ...(await client.records.list('/kyuubi_drain')),
  ...(await client.records.list('/kyuubi_drain_request')),
];

/** The gateway's answer to OpenSession, over each transport at its own address. */
async function refusals({ binary, http }: Gateway): Promise<string[]> {
  const auth = { user: 'late', password: 'x' } as const;
  const connections = [
    await HiveClient.connect({ ...binary, auth: { mechanism: 'PLAIN', ...auth } }),
    await HiveClient.connect({
      mode: 'http',
      url: `http://${http.host}:${http.port}/cliservice`,
      auth: { scheme: 'basic', ...auth },
    }),
  ];
  return Promise.all(
    connections.map(async (connection) => {
      const text = await connection.openSession({ configuration: {} }).then(
        () => 'opened',
        (error: Error) => error.message,
      );
      await connection.close();
      return text;
    }),
  );
}

describe('kyuubi-ctl delete server --wait', () => {
  let session: Client;

  test('shows who holds the drain up, until somebody undoes it', async () => {
    session = await openSession(gateway.binary, 'ann');
    expect(await query(session.session, 'select 1')).toEqual([[1]]);
    const waiting = ctl('delete server --wait', gateway.binary);
    await gateway.waitForLine(/running -> draining/);
    expect(await registered()).toEqual([`${other.binary.host}:${other.binary.port}`]);
    const named = new RegExp(`being drained.*Connect to one of: ${other.binary.host}:${other.binary.port}$`);
    expect(await refusals(gateway)).toEqual([expect.stringMatching(named), expect.stringMatching(named)]);
    expect(await query(session.session, 'select 2'), 'served to its end').toEqual([[2]]);

    const undone = await ctl('undrain server', gateway.binary);
    expect(undone).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(undone.out)).toMatchObject([gateway.binary]);
    const outcome = await waiting;
    expect(outcome.code).toBe(4);
    expect(outcome.err).toContain('drains, 1 session(s) are open: ann 1');
    expect(outcome.err).toContain('takes sessions again');
    expect(JSON.parse(outcome.out)).toMatchObject([{ namespace: '/kyuubi', ...gateway.binary }]);
    expect(await registered()).toHaveLength(2);
    const again = await openSession(gateway.binary, 'bob');
    await again.close();
    expect(await recordsLeft()).toEqual([]);
  });

  test('with a deadline cuts off a session that never closes, and says so', async () => {
    const { code, err } = await ctl('delete server --wait --deadline 2s', gateway.binary);
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('has gone') });
    await gateway.stop();
    expect(gateway.log()).toContain('The drain was asked to end within PT2S');
    expect(gateway.log()).toContain('The drain ends with 1 session(s) that are cut off, of ann (1)');
    expect(await recordsLeft()).toEqual([]);
    await session.close().catch(() => {});
  });

  test('ends with a gateway that serves nobody', async () => {
    const idle = await home.start({ conf: conf() });
    const { code, err } = await ctl('delete server --wait', idle.binary);
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('has gone') });
    await idle.stop();
  });

  test('ends with a session that never closes at kyuubi.server.drain.deadline', async () => {
    const short = await home.start({ conf: { ...conf(), 'kyuubi.server.drain.deadline': 'PT2S' } });
    const held = await openSession(short.binary, 'cleo');
    const { code } = await ctl('delete server --wait', short.binary);
    expect(code).toBe(0);
    expect(short.log()).toMatch(/SessionHandle \[\S+\] of cleo@127\.0\.0\.1 still open/);
    await short.stop();
    await held.close().catch(() => {});
  });

  test('tells when the gateway is killed meanwhile; the next at its address sweeps up', async () => {
    const doomed = await home.start({ conf: conf() });
    const held = await openSession(doomed.binary, 'ann');
    const waiting = ctl('delete server --wait', doomed.binary);
    await doomed.waitForLine(/running -> draining/);
    await expect.poll(recordsLeft, { timeout: 10_000 }).toHaveLength(1);
    await doomed.kill();
    expect(await waiting).toMatchObject({ code: 3, err: expect.stringContaining('says nothing') });
    await held.close().catch(() => {});
    const next = await home.start({
      conf: { ...conf(), 'kyuubi.frontend.thrift.binary.bind.port': String(doomed.binary.port) },
    });
    expect(await recordsLeft()).toEqual([]);
    await next.stop();
  });

  test('a drain by REST is shown, and undone', async () => {
    const line = await other.waitForLine(/Exposing REST endpoint at: /);
    const base = `${line.slice(line.indexOf('http://'))}/api/v1`;
    const authorization = `Basic ${Buffer.from('ann:x').toString('base64')}`;
    const ask = async (method: string, path: string) =>
      (await fetch(`${base}/${path}`, { method, headers: { authorization } })).json();
    const here = { ...other.binary, namespace: '/kyuubi', status: 'Running' };
    expect(await ask('GET', 'admin/server')).toMatchObject([here]);
    const held = await openSession(other.binary, 'bob');
    const drain = { canUndo: true, users: [{ user: 'bob', sessions: 1 }] };
    expect(await ask('POST', 'admin/drain')).toMatchObject({ state: 'draining', sessions: 1, drain });
    await expect.poll(registered).toEqual([]);
    expect(await ask('GET', 'admin/drain')).toMatchObject({ state: 'draining', sessions: 1, drain });
    expect(await ask('POST', 'admin/undrain')).toMatchObject({ state: 'running', drain: null });
    expect(await ask('GET', 'admin/server')).toMatchObject([here]);
    await held.close();
  });

  test('undrain of what does not drain, or was stopped by a signal, fails', async () => {
    expect(await ctl('undrain server', other.binary)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^Error: No server \S+ of \/kyuubi is draining/),
    });
    const held = await openSession(other.binary, 'ann');
    process.kill(other.pid, 'SIGTERM');
    await expect.poll(recordsLeft, { timeout: 10_000 }).toHaveLength(1);
    expect(await ctl('undrain server', other.binary)).toMatchObject({
      code: 1,
      err: expect.stringContaining('a signal told the process to end'),
    });
    await held.close();
    await other.stop();
  });
});
