import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { completeCommand } from './complete-command.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'senbon-tab-'));
  await mkdir(join(dir, 'reports'));
  for (const name of ['report.sql', 'other.sql', '.hidden.sql']) await writeFile(join(dir, name), '');
});
afterAll(() => rm(dir, { recursive: true }));

it.each([
  ['!con', ['connect '], 'con'],
  ['  !Q', ['quit ', 'q '], 'Q'],
  ['!outputformat js', ['json', 'jsonfile'], 'js'],
  ['!outputformat xml', [], 'xml'],
  ['!set show', ['showHeader '], 'show'],
  ['!set silent ', ['true', 'false'], ''],
  ['!set silent F', ['false'], 'F'],
  ['!set outputformat ve', ['vertical'], 've'],
  ['!set maxColumnWidth ', [], ''],
  ['!connect jdbc', [], ''],
  ['!verbose ', [], ''],
  ['!run /nowhere/at/all', [], ''],
])('%s', async (line, candidates, begun) => {
  expect(await completeCommand(line)).toEqual([candidates, begun]);
});

it('offers all of them behind a space', async () => {
  expect((await completeCommand('!outputformat '))?.[0]).toContain('table');
  expect((await completeCommand('!set '))?.[0]).toContain('nullemptystring ');
});

it.each([
  ['report', ['report.sql', 'reports/'], 'report'],
  ['o', ['other.sql'], 'o'],
  ['', ['other.sql', 'report.sql', 'reports/'], ''],
  ['.h', ['.hidden.sql'], '.h'],
  ['reports/', [], ''],
])('completes the path of a script: %j', async (path, candidates, begun) => {
  expect(await completeCommand(`!run ${dir}/${path}`)).toEqual([candidates, begun]);
});

it('completes a path from here', async () => {
  expect(await completeCommand('!run package.js')).toEqual([['package.json'], 'package.js']);
});

it('leaves SQL and tables to others', async () => {
  for (const line of ['!sql sel', '!tables cu', '!describe default.c']) {
    expect(await completeCommand(line)).toBeNull();
  }
});
