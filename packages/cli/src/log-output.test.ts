import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const program = [
  '--input-type=module',
  '-e',
  `import { logOutput } from ${JSON.stringify(new URL('../dist/log-output.js', import.meta.url).href)};
   const write = logOutput();
   for (let i = 0; i < 100; i++) write('line ' + i + '\\n');
   setTimeout(() => { write('last\\n'); process.stderr.write('alive'); }, 100);`,
];

it('writes lines to a file, in order', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'senbon-log-'));
  const file = await open(join(dir, 'log'), 'w');
  const { stderr } = spawnSync(process.execPath, program, { stdio: ['ignore', file.fd, 'pipe'] });
  await file.close();
  expect(stderr.toString()).toBe('alive');
  const lines = (await readFile(join(dir, 'log'), 'utf8')).split('\n');
  expect([lines.length, lines[0], lines.at(-2)]).toEqual([102, 'line 0', 'last']);
  await rm(dir, { recursive: true });
});

it('outlives a full disk', async () => {
  const full = await open('/dev/full', 'w');
  const { stderr, status } = spawnSync(process.execPath, program, { stdio: ['ignore', full.fd, 'pipe'] });
  await full.close();
  expect([stderr.toString(), status]).toEqual(['alive', 0]);
});

it('outlives a reader that has gone', async () => {
  const child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [code] = (await once(child, 'close')) as [number];
  expect([said, code]).toEqual(['alive', 0]);
});
