import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLIENT_TIMEOUT_MS } from '../support/client-checks.ts';
import { startNosasl } from '../support/client-suite.ts';
import { docBlocks } from '../support/doc-blocks.ts';
import { type Gateway, GatewayHome } from '../support/gateway.ts';
import { runGo } from '../support/go.ts';
import { npmSetOf } from '../support/npm.ts';
import { type PythonSet, pythonOf } from '../support/python.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

let home: GatewayHome;
let gateway: Gateway;
let nosasl: Gateway;

beforeAll(async () => {
  home = await GatewayHome.create();
  [gateway, nosasl] = await Promise.all([home.start(), startNosasl(home)]);
});

afterAll(async () => {
  await home.close();
});

/** The only block of a client, with the page's default ports made those of `server`. */
async function snippet(heading: string, language: string, server: Gateway): Promise<string> {
  const blocks = await docBlocks('clients.md', heading, language);
  expect(blocks).toHaveLength(1);
  return (blocks[0] ?? '')
    .replaceAll('10009', String(server.binary.port))
    .replaceAll('10010', String(server.http.port))
    .replaceAll('2181', String(server.zooKeeper?.port))
    .replaceAll('localhost', '127.0.0.1');
}

describe('docs/clients.md', () => {
  test('@senbon/client gets a row', async () => {
    const code = await snippet('@senbon/client', 'js', gateway);
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd: root });
    expect(stdout).toBe(`{ answer: 42, text: "it's" }\n`);
  });

  test('hive-driver gets a row', async () => {
    const code = await snippet('hive-driver', 'js', gateway);
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd: root });
    expect(stdout).toContain('[ { answer: 42 } ]');
  });

  test('jshs2 gets a row', async () => {
    const code = await snippet('jshs2', 'js', nosasl);
    const cwd = await npmSetOf('jshs2');
    const { stdout } = await run(process.execPath, ['-e', code], { cwd });
    expect(stdout).toContain('[ [ 42 ] ]');
  });

  test(
    'gohive gets a row',
    async () => {
      const code = await snippet('gohive', 'go', gateway);
      const dir = await mkdtemp(join(tmpdir(), 'senbon-clients-page-'));
      try {
        await writeFile(join(dir, 'main.go'), code);
        expect(await runGo('gohive', join(dir, 'main.go'))).toContain('42');
      } finally {
        await rm(dir, { recursive: true });
      }
      // Go compiles it first.
    },
    CLIENT_TIMEOUT_MS,
  );

  const python: readonly { heading: string; set: PythonSet; shows: string }[] = [
    { heading: 'PyHive', set: 'pyhive', shows: `[(42, "it's")]` },
    { heading: 'SQLAlchemy', set: 'sqlalchemy', shows: '[(42,)]\nTrue' },
    { heading: 'impyla', set: 'impyla', shows: `[(42, "it's")]` },
    { heading: 'Ibis', set: 'ibis', shows: "[{'k': 'a', 'total': 42}, {'k': 'b', 'total': 7}]" },
    { heading: 'Looking a server up', set: 'pyhive', shows: '[(42,)]' },
  ];

  test.each(python)('$heading (Python) gets rows', async ({ heading, set, shows }) => {
    const code = await snippet(heading, 'python', gateway);
    const { stdout } = await run(await pythonOf(set), ['-W', 'ignore', '-c', code]);
    expect(stdout.trim()).toBe(shows);
  });
});
