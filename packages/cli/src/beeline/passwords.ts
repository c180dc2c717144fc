import { createInterface } from 'node:readline/promises';
import { readFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import type { Terminal } from './terminal.ts';
import type { BeelineOptions } from './options.ts';

/** From the command line, a file, or the person at the terminal; undefined when nobody gave one. Throws Error. */
export async function readPassword(
  options: Pick<BeelineOptions, 'password' | 'passwordFile'>,
  terminal: Terminal,
): Promise<string | undefined> {
  if (typeof options.password === 'string') return options.password;
  if (options.passwordFile !== null) return readFirstLine(options.passwordFile);
  return options.password === true ? askPassword(terminal) : undefined;
}

async function readFirstLine(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n[^]*$/, '');
  } catch (error) {
    throw new Error(`cannot read the password file: ${(error as Error).message}`, { cause: error });
  }
}

/** Nothing that is typed appears. */
async function askPassword({ streams, isInteractive }: Terminal): Promise<string> {
  if (!isInteractive) {
    throw new Error('-p without a value asks for the password, and there is no terminal; use -w <file>');
  }
  const { stdin, stderr } = streams;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: stdin, output: nowhere, terminal: true, historySize: 0 });
  stderr.write('Password: ');
  try {
    return await new Promise<string>((resolve, reject) => {
      reader.once('SIGINT', () => reject(new Error('interrupted')));
      reader.once('close', () => reject(new Error('no password was entered')));
      reader.question('').then(resolve, reject);
    });
  } finally {
    reader.close();
    stderr.write('\n');
  }
}
