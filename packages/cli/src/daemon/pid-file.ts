import { open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '@senbon/core';
import { CONTROL_NAME, controlPath, doorsOf } from '../upgrade/protocol.ts';

/** Stands in the file from the moment that somebody begins to start a gateway until there is a process. */
const STARTING = /^starting (\d+)$/;

/**
 * The daemon's process id, in a file that outlives the shell that started it; and beside it, written by the daemon once it
 * serves, how to reach it.
 */
export class PidFile {
  readonly doorPath: string;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    this.doorPath = path.replace(/(?:\.pid)?$/, '.door');
  }

  /** The one that belongs to a door file. */
  static besideDoor(doorPath: string): PidFile {
    return new PidFile(doorPath.replace(/\.door$/, '.pid'));
  }

  /**
   * Makes the file this process's, so that of two that start a gateway at the same time one gives way. `null`, or the process
   * that was quicker.
   */
  async reserve(): Promise<number | null> {
    await makeFolder(dirname(this.#path));
    for (;;) {
      try {
        const file = await open(this.#path, 'wx');
        await file.writeFile(`starting ${process.pid}\n`);
        await file.close();
        await rm(this.doorPath, { force: true });
        await this.#sweep();
        return null;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const holder = (await this.read()) ?? (await this.#starter());
        if (holder !== null) return holder;
        await this.remove();
      }
    }
  }

  async write(pid: number): Promise<void> {
    await writeFile(this.#path, `${pid}\n`);
  }

  async remove(): Promise<void> {
    await rm(this.doorPath, { force: true });
    await rm(this.#path, { force: true });
  }

  /** The process in the file if it lives and is a gateway, else `null`: numbers are given out again. */
  async read(): Promise<number | null> {
    const pid = Number((await this.#text()).trim());
    return Number.isInteger(pid) && pid > 0 && (await isGateway(pid)) ? pid : null;
  }

  /** Gateways beside the one in the file: an upgrade took their place, and they serve their last sessions. */
  async predecessors(): Promise<readonly number[]> {
    const present = Number((await this.#text()).trim());
    const pids = (await this.#withControl()).filter((pid) => pid !== present);
    const areGateways = await Promise.all(pids.map((pid) => isGateway(pid)));
    return pids.filter((_pid, index) => areGateways[index]);
  }

  /** Sockets of gateways that were killed. */
  async #sweep(): Promise<void> {
    const pidDir = dirname(this.#path);
    for (const pid of await this.#withControl()) {
      if (await isGateway(pid)) continue;
      const { backDoor, ownDoor } = doorsOf(pidDir, pid);
      for (const path of [controlPath(pidDir, pid), backDoor, ownDoor]) await rm(path, { force: true });
    }
  }

  /** The folder may be one for all users: those of this one. */
  async #withControl(): Promise<readonly number[]> {
    const pidDir = dirname(this.#path);
    const names = await readdir(pidDir).catch(() => []);
    const pids = names.map((name) => Number(CONTROL_NAME.exec(name)?.[1])).filter((pid) => pid > 0);
    const sockets = await Promise.all(pids.map((pid) => stat(controlPath(pidDir, pid)).catch(() => null)));
    return pids.filter((_pid, index) => sockets[index]?.uid === process.getuid?.());
  }

  async #starter(): Promise<number | null> {
    const pid = Number(STARTING.exec((await this.#text()).trim())?.[1]);
    if (!Number.isInteger(pid)) return null;
    return (await isOurs(pid, (words) => !words.includes('run'))) ? pid : null;
  }

  async #text(): Promise<string> {
    return readFile(this.#path, 'utf8').catch(() => '');
  }
}

/** Lives, and is a gateway. A process that has ended but that nobody has taken notice of is none. */
export function isGateway(pid: number): Promise<boolean> {
  return isOurs(pid, (words) => words.includes('run'));
}

/** Where /proc can tell, the command line must be one of `bin/kyuubi`; elsewhere the number is believed. */
async function isOurs(pid: number, fits: (words: readonly string[]) => boolean): Promise<boolean> {
  if (!isAlive(pid)) return false;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null);
  if (commandLine === null) return isAlive(pid);
  const words = commandLine.split('\0');
  return words.some((word) => word.endsWith('main.js')) && fits(words);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
