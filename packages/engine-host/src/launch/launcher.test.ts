import { mkdtemp, readdir, readFile, rm, stat, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, issueGatewayToken, type LaunchedEngine, silentLogger, systemClock } from '@senbon/core';
import { ThriftConnection } from '@senbon/hive-thrift';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestClient } from '../testing/engine-fixture.ts';
import { launchEngineProcess } from './launcher.ts';

const ENTRY = new URL('../testing/child/test-engine.mjs', import.meta.url);
const DISCOVERY = new URL('../testing/child/directory-discovery.mjs', import.meta.url);
const SECRET = new Uint8Array(32).fill(3);
const SECRET_TEXT = Buffer.from(SECRET).toString('base64');

let directory: string;
const engines: LaunchedEngine[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'senbon-launcher-'));
});

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.kill()));
  await rm(directory, { recursive: true });
});

async function launch(
  conf: Record<string, string> = {},
  refId = 'ref-1',
  clock: Clock = systemClock,
): Promise<LaunchedEngine> {
  const engine = await launchEngineProcess({
    clock,
    type: 'TEST_SQL',
    entry: ENTRY,
    version: '7.7.7',
    request: {
      space: '/ns_USER_TEST/alice/default',
      refId,
      user: 'alice',
      secret: SECRET,
      conf: new Map(
        Object.entries({
          'kyuubi.ha.client.class': DISCOVERY.href,
          'kyuubi.ha.addresses': join(directory, 'nodes'),
          ...conf,
        }),
      ),
    },
    context: { logger: silentLogger, workDir: directory },
  });
  engines.push(engine);
  return engine;
}

interface Node {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  readonly refId: string;
}

async function nodeOf(engine: LaunchedEngine, refId = 'ref-1'): Promise<Node> {
  for await (const line of engine.log({})) {
    if (line.includes('is ready at')) {
      return JSON.parse(await readFile(join(directory, 'nodes', `${refId}.json`), 'utf8')) as Node;
    }
  }
  throw new Error('the engine ended before it was ready');
}

async function connect({ host, port, refId }: Node): Promise<TestClient> {
  const password = issueGatewayToken(SECRET, {
    user: 'alice',
    engine: { host, port, refId },
    nowMs: Date.now(),
  });
  const auth = { mechanism: 'PLAIN', user: 'alice', password } as const;
  return new TestClient(await ThriftConnection.connect({ host, port, auth, connectTimeoutMs: 5_000 }));
}

async function ask(client: TestClient, statement: string): Promise<string> {
  const session = await client.open();
  const operation = await client.run(session, statement);
  const { rows } = await client.fetch(operation);
  return String(rows[0]?.[0]);
}

async function logOf(engine: LaunchedEngine): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of engine.log({})) lines.push(line);
  return lines;
}

it('starts a process that registers itself, serves, and ends cleanly on SIGTERM', async () => {
  const engine = await launch({ 'some.key': 'some value' });
  const node = await nodeOf(engine);
  expect(engine.id).toBe(`pid ${node.pid}`);
  expect(node).toMatchObject({
    space: '/ns_USER_TEST/alice/default',
    refId: 'ref-1',
    version: '7.7.7',
    host: '127.0.0.1',
    attributes: { 'kyuubi.engine.id': `test_sql-${node.pid}` },
  });
  const client = await connect(node);
  expect(await ask(client, 'CONF some.key')).toBe('some value');
  process.kill(node.pid, 'SIGTERM');
  expect(await engine.exited).toEqual({ code: 0, signal: null });
  expect(await readdir(join(directory, 'nodes'))).toEqual([]);
  expect((await logOf(engine)).some((line) => line.includes('executor closed'))).toBe(true);
});

it('keeps the secret off command line, environment and log', async () => {
  const engine = await launch({ 'kyuubi.engineEnv.GREETING': 'hello' });
  const node = await nodeOf(engine);
  const client = await connect(node);
  const environment = await ask(client, 'ENV');
  expect(JSON.parse(environment)).toMatchObject({ GREETING: 'hello' });
  expect(environment).not.toContain(SECRET_TEXT);
  expect(await ask(client, 'ARGV')).not.toContain(SECRET_TEXT);
  expect(await readFile(`/proc/${node.pid}/cmdline`, 'latin1')).not.toContain(SECRET_TEXT);
  const logs = (await readdir(directory)).filter((name) => name.includes('.log.'));
  expect(logs).toEqual(['kyuubi-test-sql-engine.log.0']);
  const path = join(directory, 'kyuubi-test-sql-engine.log.0');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const log = await readFile(path, 'utf8');
  expect(log).toContain('secret of 32 bytes');
  expect(log).not.toContain(SECRET_TEXT);
});

it('gives every engine its own log file and process group', async () => {
  const [first, second] = await Promise.all([launch({}, 'ref-1'), launch({}, 'ref-2')]);
  const nodes = [await nodeOf(first, 'ref-1'), await nodeOf(second, 'ref-2')];
  for (const { pid } of nodes) {
    const [, , , , group] = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(' ');
    expect(Number(group)).toBe(pid);
  }
  expect((await readdir(directory)).filter((name) => name.includes('.log.')).sort()).toEqual([
    'kyuubi-test-sql-engine.log.0',
    'kyuubi-test-sql-engine.log.1',
  ]);
});

it('ends when its node is deleted', async () => {
  const engine = await launch();
  await nodeOf(engine);
  await unlink(join(directory, 'nodes', 'ref-1.json'));
  expect(await engine.exited).toEqual({ code: 0, signal: null });
});

it('ends by itself when nobody uses it', async () => {
  const engine = await launch({
    'kyuubi.session.engine.idle.timeout': '200',
    'kyuubi.session.engine.check.interval': '50',
  });
  await nodeOf(engine);
  expect(await engine.exited).toEqual({ code: 0, signal: null });
  expect(await readdir(join(directory, 'nodes'))).toEqual([]);
});

it('cuts its connections and reports its end when it is killed', async () => {
  const engine = await launch();
  const client = await connect(await nodeOf(engine));
  await expect(ask(client, 'CRASH')).rejects.toThrow();
  expect(await engine.exited).toEqual({ code: null, signal: 'SIGKILL' });
});

it('takes its node away after a fault', async () => {
  const engine = await launch();
  const client = await connect(await nodeOf(engine));
  await ask(client, 'FAULT').catch(() => {});
  expect(await engine.exited).toEqual({ code: 1, signal: null });
  expect(await readdir(join(directory, 'nodes'))).toEqual([]);
  expect((await logOf(engine)).join('\n')).toContain('a promise nobody looks after');
});

it('says in its log why it could not start, and exits with 1', async () => {
  const engine = await launch({ 'test.fail': 'no licence for this day' });
  const lines = await logOf(engine);
  expect(await engine.exited).toEqual({ code: 1, signal: null });
  expect(lines.join('\n')).toContain('The engine could not start: no licence for this day');
});

it('names a discovery package that is not installed', async () => {
  const engine = await launch({ 'kyuubi.ha.client.class': '@example/discovery-nowhere' });
  expect((await logOf(engine)).join('\n')).toContain('npm install @example/discovery-nowhere');
  expect(await engine.exited).toEqual({ code: 1, signal: null });
});

it('kills an engine with a statement under way, twice without harm', async () => {
  const hurry: Clock = { ...systemClock, after: (ms, fn) => systemClock.after(ms / 20, fn) };
  const engine = await launch({}, 'ref-1', hurry);
  const node = await nodeOf(engine);
  const client = await connect(node);
  const session = await client.open();
  await client.run(session, 'WAIT', { runAsync: true });
  await Promise.all([engine.kill(), engine.kill()]);
  // It would have let the statement go on for longer than the launcher waits.
  expect(await engine.exited).toEqual({ code: null, signal: 'SIGKILL' });
  expect(() => process.kill(node.pid, 0)).toThrow();
});

it('throws ENGINE_LAUNCH_FAILED when there is no work directory', async () => {
  await rm(directory, { recursive: true });
  await expect(launch()).rejects.toMatchObject({ code: 'ENGINE_LAUNCH_FAILED' });
  directory = await mkdtemp(join(tmpdir(), 'senbon-launcher-'));
});

it('does not start what was called off', async () => {
  const signal = AbortSignal.abort(new Error('called off'));
  const request = { space: '/s', refId: 'r', user: 'u', conf: new Map(), secret: SECRET };
  const context = { logger: silentLogger, workDir: directory, signal };
  await expect(launchEngineProcess({ type: 'T', entry: ENTRY, request, context })).rejects.toThrow(
    'called off',
  );
  expect(await readdir(directory)).toEqual([]);
});
