import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, type GatewayHome, startGateway } from '../support/gateway.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
/** The client and what it needs of ours. */
const packages = ['client', 'core', 'discovery-zk', 'hive-thrift', 'zookeeper-embedded'];
/** npm may have to fetch what the packages need. */
const INSTALL_TIMEOUT_MS = 180_000;
const RUN_TIMEOUT_MS = 60_000;

/** As strict as it gets, and our declarations are checked too. */
const compilerOptions = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  module: 'nodenext',
  target: 'es2022',
  lib: ['es2023', 'esnext.disposable'],
  typeRoots: [join(root, 'node_modules/@types')],
  types: ['node'],
  outDir: 'dist',
  rootDir: '.',
};

let gateway: Gateway;
let home: GatewayHome;
let dir: string;

beforeAll(async () => {
  ({ gateway, home } = await startGateway());
  dir = await mkdtemp(join(tmpdir(), 'senbon-newcomer-'));
  await installPackages(dir);
}, INSTALL_TIMEOUT_MS);

afterAll(async () => {
  await home?.close();
  await rm(dir, { recursive: true, force: true });
});

/** A project of its own with the packed packages, as a user of the client has it. */
async function installPackages(cwd: string): Promise<void> {
  const tarballs = join(cwd, 'tarballs');
  await mkdir(tarballs);
  const workspaces = packages.map((name) => `--workspace=@senbon/${name}`);
  await run('npm', ['pack', '--silent', '--pack-destination', tarballs, ...workspaces], { cwd: root });
  await writeFile(join(cwd, 'package.json'), JSON.stringify({ name: 'newcomer', type: 'module' }));
  await writeFile(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const files = (await readdir(tarballs)).map((file) => `./tarballs/${file}`);
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...files], { cwd });
}

/** The `ts` blocks of a README, which together are one program, with this gateway's addresses. */
async function programOf(name: string): Promise<string> {
  const page = await readFile(join(root, 'packages', name, 'README.md'), 'utf8');
  const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
  expect(blocks.length).toBeGreaterThan(0);
  return blocks
    .join('\n')
    .replaceAll('10009', String(gateway.binary.port))
    .replaceAll('2181', String(gateway.zooKeeper?.port))
    .replaceAll('localhost', '127.0.0.1');
}

/** What the comments behind `console.log(…);` promise; ` / ` stands for a line's end. */
function promisedBy(program: string): string[] {
  const comments = [...program.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text = '']) => text);
  return comments.flatMap((text) => text.split(' / '));
}

describe.each(['client', 'hive-thrift'])('packages/%s, packed and installed', (name) => {
  test(
    'does what its README says',
    async () => {
      const program = await programOf(name);
      await writeFile(join(dir, 'program.ts'), program);
      const tsc = join(root, 'node_modules/.bin/tsc');
      const { stdout: complaints } = await run(tsc, ['-p', '.'], { cwd: dir }).catch((error: unknown) => {
        throw new Error((error as { stdout: string }).stdout);
      });
      expect(complaints).toBe('');
      const { stdout } = await run(process.execPath, ['dist/program.js'], {
        cwd: dir,
        timeout: RUN_TIMEOUT_MS,
      });
      expect(stdout.trim().split('\n')).toEqual(promisedBy(program));
    },
    INSTALL_TIMEOUT_MS,
  );

  test('carries no tests', async () => {
    const files = await readdir(join(dir, 'node_modules/@senbon', name), { recursive: true });
    expect(files).toContain(join('dist', 'index.d.ts'));
    expect(files.filter((file) => /\.test\.|testing/.test(file))).toEqual([]);
  });
});
