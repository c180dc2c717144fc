import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkReadable, linesOf, readLines } from './read-lines.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'senbon-lines-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

describe('lines of a script', () => {
  it('end with LF or CRLF, and may begin with a byte order mark', async () => {
    const path = join(dir, 'a.sql');
    await writeFile(path, '\uFEFFselect 1;\r\n\n千本\uFEFF');
    expect(await all(await readLines(path))).toEqual(['select 1;', '', '千本\uFEFF']);
    expect(await all(linesOf(Readable.from(['a\r', '\nb\n', 'c'])))).toEqual(['a', 'b', 'c']);
  });

  it('are checked before anything runs', async () => {
    await expect(checkReadable(['-', join(dir, 'none.sql')])).rejects.toThrow(
      /cannot read the script .*none\.sql: ENOENT/,
    );
    await expect(readLines(join(dir, 'none.sql'))).rejects.toThrow('cannot read the script');
    await expect(checkReadable([dir])).rejects.toThrow(`cannot read the script ${dir}: it is a folder`);
    await expect(readLines(dir)).rejects.toThrow('it is a folder');
    await checkReadable(['-']);
  });

  it('give the file back when the reader stops', async () => {
    const path = join(dir, 'long.sql');
    await writeFile(path, 'select 1;\n'.repeat(100_000));
    for await (const line of await readLines(path)) {
      expect(line).toBe('select 1;');
      break;
    }
  });
});
