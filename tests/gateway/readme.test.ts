import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, type GatewayHome, startGateway } from '../support/gateway.ts';
import { pythonOf } from '../support/python.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

let gateway: Gateway;
let home: GatewayHome;
let readme: string;

beforeAll(async () => {
  ({ gateway, home } = await startGateway());
  readme = await readFile(join(root, 'README.md'), 'utf8');
});

afterAll(async () => {
  await home.close();
});

/** The README's default ports become those of this test's gateway. */
function here(text: string): string {
  return text
    .replaceAll('10009', String(gateway.binary.port))
    .replaceAll('10010', String(gateway.http.port))
    .replaceAll('2181', String(gateway.zooKeeper?.port))
    .replaceAll('localhost', '127.0.0.1');
}

function blocks(language: string, page = readme): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, code = '']) => here(code),
  );
}

describe('the README', () => {
  test('its JavaScript gets a row', async () => {
    const [code = ''] = blocks('js');
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd: root });
    expect(stdout).toContain('42');
  });

  test('its Python gets a row', async () => {
    const [code = ''] = blocks('python');
    const { stdout } = await run(await pythonOf('pyhive'), ['-c', code]);
    expect(stdout).toContain('[(42,)]');
  });

  test('its beeline lines get a row each', async () => {
    const lines = here(readme)
      .split('\n')
      .filter((line) => line.startsWith('bin/beeline -u'));
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      const { stdout } = await run('bash', ['-c', `${line} --outputformat=csv2`], { cwd: root });
      expect(stdout).toBe('answer\n42\n');
    }
  });
});

test('the lines of docs/beeline.md run', async () => {
  const page = await readFile(join(root, 'docs/beeline.md'), 'utf8');
  const [code = ''] = blocks('bash', page);
  const dir = await mkdtemp(join(tmpdir(), 'senbon-readme-'));
  try {
    await writeFile(join(dir, 'report.sql'), 'SELECT 1 AS a, NULL AS b;\n');
    // The first line is a shell at a terminal; here its statements come by a pipe.
    const script = code.replaceAll('bin/beeline', join(root, 'bin/beeline'));
    const { stdout } = await run('bash', ['-euc', `exec </dev/null\n${script}\ncat report.csv`], {
      cwd: dir,
    });
    expect(stdout).toContain('| 42     |');
    expect(stdout).toMatch(/a,b\n1,NULL\n$/);
  } finally {
    await rm(dir, { recursive: true });
  }
});

test.each(['binary', 'http', 'zooKeeper'] as const)(
  'the query example gets a row over %s',
  async (transport) => {
    const program = join(root, 'examples/query/query.mjs');
    const { stdout } = await run(process.execPath, [program, gateway.urls[transport], 'SELECT 42 AS answer']);
    expect(stdout).toBe('{"answer":42}\n');
  },
);
