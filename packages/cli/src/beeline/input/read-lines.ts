import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** `-` = standard input. */
export const STANDARD_INPUT = '-';

/** Throws Error for the first that cannot be read: better than when half of a job is done. */
export async function checkReadable(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    if (path !== STANDARD_INPUT) await check(path).catch(explain(path));
  }
}

async function check(path: string): Promise<void> {
  await access(path, constants.R_OK);
  // A folder can be opened, and fails at the first read.
  if ((await stat(path)).isDirectory()) throw new Error('it is a folder');
}

/** A file's lines, read as they are wanted. Throws Error when it cannot be opened. */
export async function readLines(path: string): Promise<AsyncIterable<string>> {
  await check(path).catch(explain(path));
  const file = await open(path).catch(explain(path));
  return withoutMark(file.readLines({ encoding: 'utf8' }));
}

function explain(path: string): (error: Error) => never {
  return (error) => {
    throw new Error(`cannot read the script ${path}: ${error.message}`, { cause: error });
  };
}

export function linesOf(input: Readable): AsyncIterable<string> {
  return withoutMark(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }));
}

/** Editors on Windows begin a file with U+FEFF. */
async function* withoutMark(lines: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let isFirst = true;
  for await (const line of lines) {
    yield isFirst ? line.replace(/^\uFEFF/, '') : line;
    isFirst = false;
  }
}
