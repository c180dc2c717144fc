import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** A file's lines, read as they are wanted. Throws Error when it cannot be opened. */
export async function readLines(path: string): Promise<AsyncIterable<string>> {
  const file = await open(path).catch((error: Error) => {
    throw new Error(`cannot read the script ${path}: ${error.message}`, { cause: error });
  });
  return withoutMark(file.readLines({ encoding: 'utf8' }));
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
