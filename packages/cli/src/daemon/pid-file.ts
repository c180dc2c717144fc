import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The daemon's process id, in a file that outlives the shell that started it. */
export class PidFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async write(pid: number): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    await writeFile(this.#path, `${pid}\n`);
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  /** The process in the file if it lives and is a gateway, else `null`: numbers are given out again. */
  async read(): Promise<number | null> {
    const text = await readFile(this.#path, 'utf8').catch(() => '');
    const pid = Number(text.trim());
    if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return null;
    return (await isGateway(pid)) ? pid : null;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Where /proc can tell, the command line must be a gateway's; elsewhere the number is believed. */
async function isGateway(pid: number): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  if (commandLine === null) return true;
  const words = commandLine.split('\0');
  return words.some((word) => word.endsWith('main.js')) && words.includes('run');
}
