import { HiveClient, type HiveClientOptions, type HiveSession } from '@senbon/hive-thrift';
import { freePort, type RealZooKeeper } from '@senbon/testkit';
import { readdirSync, readlinkSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Installation } from '../support/installation.ts';
import { SteadyClients } from '../support/steady-clients.ts';
import { isAlive, taggedProcesses } from '../support/tagged-processes.ts';
import { startZooKeeper } from '../support/zookeeper.ts';

const END_TIMEOUT_MS = 20_000;
const login = { user: 'ann', password: 'any' };

let zooKeeper: RealZooKeeper;
let binaryPort: number;
let httpPort: number;
const installations: Installation[] = [];

beforeAll(async () => {
  zooKeeper = await startZooKeeper();
});
afterAll(async () => zooKeeper.stop());

afterEach(async () => {
  const killed = await Promise.all(installations.splice(0).map((installation) => installation.close()));
  expect(killed.flat()).toEqual([]);
});

const conf = (): Record<string, string> => ({
  'kyuubi.ha.addresses': zooKeeper.addresses,
  'kyuubi.frontend.thrift.binary.bind.port': String(binaryPort),
  'kyuubi.frontend.thrift.http.bind.port': String(httpPort),
  // A test that left a session open must not hold its gateway for an hour.
  'kyuubi.server.drain.deadline': 'PT20S',
});

async function start(more: Record<string, string> = {}): Promise<Installation> {
  binaryPort = await freePort();
  httpPort = await freePort();
  const installation = await Installation.create({ ...conf(), ...more });
  installations.push(installation);
  expect(await installation.sh('bin/kyuubi start')).toMatchObject({ code: 0 });
  return installation;
}

const binary = (): HiveClientOptions => ({
  host: '127.0.0.1',
  port: binaryPort,
  auth: { mechanism: 'PLAIN', ...login },
});
const http = (): HiveClientOptions => ({
  mode: 'http',
  url: `http://127.0.0.1:${httpPort}/cliservice`,
  auth: { scheme: 'basic', ...login },
});

async function ask(session: HiveSession, sql: string): Promise<unknown> {
  const operation = await session.execute(sql);
  await operation.wait();
  const rows: unknown[][] = [];
  for await (const row of operation.rows()) rows.push([...row]);
  await operation.close();
  return rows[0]?.[0];
}

async function until(isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + END_TIMEOUT_MS;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${END_TIMEOUT_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const gone = (pid: number) => until(() => !isAlive(pid), `process ${pid} ends`);

const nodes = async (at: Installation): Promise<unknown[]> =>
  JSON.parse((await at.sh('bin/kyuubi-ctl list server --output json')).out) as unknown[];

/** The sockets a process holds. */
function socketsOf(pid: number): Set<string> {
  const dir = `/proc/${pid}/fd`;
  const targets = readdirSync(dir).map((fd) => {
    try {
      return readlinkSync(`${dir}/${fd}`);
    } catch {
      return '';
    }
  });
  return new Set(targets.filter((target) => target.startsWith('socket:')));
}

describe('kyuubi upgrade', () => {
  test('no client notices, over binary and HTTP', { timeout: 120_000 }, async () => {
    const home = await start();
    const old = await home.pid();
    const clients = [await HiveClient.connect(binary()), await HiveClient.connect(http())] as const;
    const [overBinary, overHttp] = [await clients[0].openSession(), await clients[1].openSession()];
    await ask(overBinary, "SET VARIABLE answer = 'before'");
    const running = await overHttp.execute('SELECT count(*) FROM range(300000000) WHERE range % 7 = 3');
    const steady = [new SteadyClients(6, binary), new SteadyClients(6, http)];
    await until(() => steady.every(({ rounds }) => rounds >= 20), 'a first round of the clients');

    const upgraded = await home.sh('bin/kyuubi upgrade');
    expect(upgraded).toMatchObject({ code: 0, err: '' });
    const pid = await home.pid();
    expect(upgraded.out).toContain(`Process ${pid} serves; process ${old} ends with its last session`);
    expect(pid).not.toBe(old);
    const before = steady.map(({ rounds }) => rounds);
    await until(
      () => steady.every(({ rounds }, i) => rounds >= (before[i] ?? 0) + 50),
      'rounds with the new one',
    );
    const reports = await Promise.all(steady.map((each) => each.stop()));
    expect(reports.flatMap(({ failures }) => failures)).toEqual([]);

    // The sessions of the old one, one of them through the new one's door.
    expect(await ask(overBinary, 'SELECT 2')).toBe(2);
    await running.wait();
    const rows: unknown[][] = [];
    for await (const row of running.rows()) rows.push([...row]);
    expect(rows).toHaveLength(1);
    await running.close();
    expect(await ask(overHttp, 'SELECT 3')).toBe(3);
    expect(isAlive(old)).toBe(true);
    expect((await home.sh('bin/kyuubi status')).out).toMatch(
      new RegExp(
        `^Kyuubi is running \\(pid: ${pid}\\)\nProcess ${old}, upgraded, is draining with 2 open session`,
      ),
    );
    expect(await nodes(home)).toHaveLength(1);
    expect(home.log()).toMatch(
      /server\.KyuubiThriftBinaryFrontendService: Starting and exposing JDBC connection at: jdbc:hive2:\/\/127\.0\.0\.1:\d+\//,
    );
    expect(home.log(1)).toContain('running -> draining');

    await overBinary.close();
    await overHttp.close();
    await Promise.all(clients.map((client) => client.close()));
    await gone(old);
    expect(await home.sh('bin/kyuubi status')).toMatchObject({
      code: 0,
      out: `Kyuubi is running (pid: ${pid})\n`,
    });
  });

  test('an engine started afterwards does not hold the sockets', async () => {
    const home = await start();
    expect(await home.sh('bin/kyuubi upgrade')).toMatchObject({ code: 0 });
    const pid = await home.pid();
    const client = await HiveClient.connect(binary());
    const session = await client.openSession();
    await ask(session, 'SELECT 1');
    const engines = taggedProcesses(home.dir).filter((found) => found.command.includes('engine-duckdb'));
    expect(engines.length).toBeGreaterThan(0);
    const held = socketsOf(pid);
    for (const engine of engines) {
      expect([...socketsOf(engine.pid)].filter((socket) => held.has(socket))).toEqual([]);
    }
    await session.close();
    await client.close();
  });

  test('twice, while a session of the first is open; stop then ends all', { timeout: 120_000 }, async () => {
    const home = await start();
    const pids = [await home.pid()];
    const client = await HiveClient.connect(http());
    const session = await client.openSession();
    expect(await ask(session, 'SELECT 1')).toBe(1);
    for (let round = 1; round <= 2; round++) {
      expect(await home.sh('bin/kyuubi upgrade')).toMatchObject({ code: 0 });
      pids.push(await home.pid());
      expect(await ask(session, `SELECT ${round}`)).toBe(round);
    }
    expect(new Set(pids).size).toBe(3);
    expect(pids.map(isAlive)).toEqual([true, true, true]);
    const stopped = home.sh('bin/kyuubi stop');
    await until(() => home.log().includes('running -> draining'), 'the newest drains');
    expect(await ask(session, 'SELECT 5')).toBe(5);
    await session.close();
    await client.close();
    expect(await stopped).toMatchObject({ code: 0 });
    expect(pids.map(isAlive)).toEqual([false, false, false]);
  });

  test('from another installation, to the pid file of this one', async () => {
    const home = await start();
    const old = await home.pid();
    const next = await Installation.create(conf());
    installations.push(next);
    const upgraded = await next.sh('bin/kyuubi upgrade', { KYUUBI_PID_DIR: `${home.dir}/pid` });
    expect(upgraded).toMatchObject({ code: 0 });
    await gone(old);
    expect(next.log()).toContain('starting -> running');
    expect(next.log()).toContain(next.dir);
    expect(await home.sh('bin/kyuubi status')).toMatchObject({ code: 0 });
    const client = await HiveClient.connect(binary());
    const session = await client.openSession();
    expect(await ask(session, 'SELECT 1')).toBe(1);
    await session.close();
    await client.close();
    expect(await home.sh('bin/kyuubi stop')).toMatchObject({ code: 0 });
    expect(readdirSync(`${home.dir}/pid`)).toEqual([]);
  });

  test('stop --now ends both at once', async () => {
    const home = await start();
    const old = await home.pid();
    const client = await HiveClient.connect(binary());
    await client.openSession();
    expect(await home.sh('bin/kyuubi upgrade')).toMatchObject({ code: 0 });
    expect(await home.sh('bin/kyuubi stop --now')).toMatchObject({ code: 0 });
    expect(isAlive(old)).toBe(false);
    await client.close().catch(() => {});
  });
});

test('a deadline by kyuubi-ctl is for the older process, too', { timeout: 90_000 }, async () => {
  const home = await start({ 'kyuubi.server.drain.deadline': 'PT10M' });
  const old = await home.pid();
  const client = await HiveClient.connect(binary());
  await ask(await client.openSession(), 'SELECT 1');
  await home.configure({ ...conf(), 'kyuubi.server.drain.deadline': 'PT10M' });
  expect(await home.sh('bin/kyuubi upgrade')).toMatchObject({ code: 0 });
  const pid = await home.pid();
  const [node] = (await nodes(home)) as { host: string; port: number }[];
  const command = `bin/kyuubi-ctl delete server -s ${node?.host} -p ${node?.port} --wait --deadline 3s`;
  expect(await home.sh(command)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/1 session\(s\) are open: ann 1[^]*has gone/),
  });
  expect(isAlive(old)).toBe(false);
  await gone(pid);
  await client.close().catch(() => {});
});

describe('kyuubi upgrade that cannot be changes nothing', () => {
  test.each([
    ['another port', { 'kyuubi.frontend.thrift.binary.bind.port': '1' }, 'UPGRADE_REFUSED'],
    [
      'another HTTP path',
      { 'kyuubi.frontend.thrift.http.path': 'sql' },
      'kyuubi.frontend.thrift.http.path is sql',
    ],
    ['another namespace', { 'kyuubi.ha.namespace': 'b' }, 'kyuubi.ha.namespace is b now'],
    ['fewer frontends', { 'kyuubi.frontend.protocols': 'THRIFT_BINARY' }, 'kyuubi.frontend.protocols'],
    ['a wrong value', { 'kyuubi.session.idle.timeout': 'soon' }, 'CONFIG_INVALID'],
    ['no ensemble', { 'kyuubi.ha.addresses': '' }, 'kyuubi.ha.addresses is unset'],
    ['another ensemble', { 'kyuubi.ha.addresses': '127.0.0.1:1' }, 'kyuubi.ha.addresses is 127.0.0.1:1 now'],
  ])('%s', { timeout: 90_000 }, async (_what, change, reason) => {
    const home = await start();
    const pid = await home.pid();
    const client = await HiveClient.connect(http());
    const session = await client.openSession();
    await home.configure({ ...conf(), 'kyuubi.ha.zookeeper.connection.timeout': '2000', ...change });
    const refused = await home.sh('bin/kyuubi upgrade');
    expect(refused.code).toBe(1);
    expect(refused.out).toContain(`was not upgraded, process ${pid} goes on`);
    expect(refused.out).toContain(reason);
    expect(await home.pid()).toBe(pid);
    expect(await ask(session, 'SELECT 1')).toBe(1);
    await session.close();
    await client.close();
    await home.configure(conf());
    expect(await nodes(home)).toHaveLength(1);
    expect(await home.sh('bin/kyuubi status')).toMatchObject({ code: 0 });
    expect(await home.sh('bin/kyuubi upgrade')).toMatchObject({ code: 0 });
    expect(await home.pid()).not.toBe(pid);
  });

  test('an embedded ZooKeeper', async () => {
    const home = await start({
      'kyuubi.ha.addresses': '',
      'kyuubi.zookeeper.embedded.client.port': '0',
      'kyuubi.zookeeper.embedded.client.port.address': '127.0.0.1',
    });
    const pid = await home.pid();
    const refused = await home.sh('bin/kyuubi upgrade');
    expect(refused).toMatchObject({ code: 1, out: expect.stringContaining('its ZooKeeper is embedded') });
    expect(await home.pid()).toBe(pid);
  });

  test('nothing to upgrade', async () => {
    const home = await start();
    await home.sh('bin/kyuubi stop');
    expect(await home.sh('bin/kyuubi upgrade')).toMatchObject({
      code: 1,
      out: expect.stringContaining('to upgrade; start one with: kyuubi start'),
    });
  });
});
