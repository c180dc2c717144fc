import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@senbon/core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tailLines } from './tail-lines.ts';

let directory: string;
let path: string;
let end: () => void;
let ended: Promise<void>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'senbon-tail-'));
  path = join(directory, 'log');
  await writeFile(path, '');
  ended = new Promise((resolve) => {
    end = resolve;
  });
});

afterEach(() => rm(directory, { recursive: true }));

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const collected: string[] = [];
  for await (const line of lines) collected.push(line);
  return collected;
}

it('gives what is there, and waits no longer than the writer lives', async () => {
  await writeFile(path, 'one\ntwo\nthree');
  end();
  expect(await collect(tailLines({ path, ended, clock: systemClock }))).toEqual(['one', 'two', 'three']);
});

it('follows the file, whole lines only, until the end', async () => {
  const lines = tailLines({ path, ended, clock: systemClock });
  await appendFile(path, 'one\ntw');
  expect((await lines.next()).value).toBe('one');
  const second = lines.next();
  await appendFile(path, 'o\n');
  expect((await second).value).toBe('two');
  const rest = collect(lines);
  await appendFile(path, 'last words');
  end();
  expect(await rest).toEqual(['last words']);
});

it('hands a line without end on in pieces', async () => {
  await writeFile(path, `${'x'.repeat(40_000)}\nnext\n`);
  end();
  const lines = await collect(tailLines({ path, ended, clock: systemClock }));
  expect(lines.map((line) => line.length)).toEqual([16_384, 16_384, 7_232, 4]);
});

it('keeps characters whole that two reads share', async () => {
  const text = 'é'.repeat(5_000);
  await writeFile(path, Array(20).fill(text).join('\n'));
  end();
  const lines = await collect(tailLines({ path, ended, clock: systemClock }));
  expect(new Set(lines)).toEqual(new Set([text]));
  expect(lines).toHaveLength(20);
});

it('stops at once when it is called off', async () => {
  const controller = new AbortController();
  const lines = collect(tailLines({ path, ended, clock: systemClock, signal: controller.signal }));
  controller.abort();
  expect(await lines).toEqual([]);
});

it('lets go of the file when the consumer leaves', async () => {
  await writeFile(path, 'one\ntwo\n');
  for await (const line of tailLines({ path, ended, clock: systemClock })) {
    expect(line).toBe('one');
    break;
  }
});
