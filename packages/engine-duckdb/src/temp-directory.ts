import { createHash } from 'node:crypto';
import { lstat, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '@senbon/core';

const NAME = /^senbon-duckdb-(?<machine>[0-9a-f]{8})-(?<boot>[0-9a-f]{8})-(?<pid>\d+)-(?<started>\d+)-\w{6}$/;

export interface TempDirectory {
  readonly path: string;
  /** Removes it with all that is in it. Idempotent. */
  close(): Promise<void>;
}

/**
 * A directory of this engine's alone below `base`. Never `base` itself: the names of DuckDB's spill files are the same in
 * every process, and two that share a directory tear each other's files apart and crash. A killed process removes
 * nothing, so what such engines of this machine and account left below `base` is removed meanwhile; the name says whose
 * it is.
 */
export async function openTempDirectory(base: string): Promise<TempDirectory> {
  await makeFolder(base);
  const { machine, boot } = await machineOf();
  const started = (await startOf(process.pid)) ?? '0';
  const path = await mkdtemp(join(base, `senbon-duckdb-${machine}-${boot}-${process.pid}-${started}-`));
  const cleaning = removeDead(base).catch(() => undefined);
  return {
    path,
    close: async () => {
      await cleaning;
      await rm(path, { recursive: true, force: true });
    },
  };
}

async function removeDead(base: string): Promise<void> {
  const here = await machineOf();
  for (const name of await readdir(base)) {
    const owner = NAME.exec(name)?.groups;
    if (owner === undefined || owner.machine !== here.machine) continue;
    if (owner.boot === here.boot && (await isAlive(Number(owner.pid), owner.started ?? ''))) continue;
    const path = join(base, name);
    const entry = await lstat(path).catch(() => null);
    if (entry?.isDirectory() !== true || entry.uid !== process.getuid?.()) continue;
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** A process of that number that began at another time is not the one. */
async function isAlive(pid: number, started: string): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const start = await startOf(pid);
  return start === null || start === started;
}

/** When a process began, in ticks since the boot: field 22 of `/proc/<pid>/stat`, behind a name that may hold blanks. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await textOf(`/proc/${pid}/stat`);
  return (
    stat
      .slice(stat.lastIndexOf(')') + 1)
      .trim()
      .split(' ')[19] ?? null
  );
}

/**
 * Where a process number means the same process: this machine, and of its containers this one (several may share a
 * volume). What cannot be told apart from another machine's is never taken for dead.
 */
async function machineOf(): Promise<{ readonly machine: string; readonly boot: string }> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  const id = await textOf('/etc/machine-id');
  const boot = await textOf('/proc/sys/kernel/random/boot_id');
  return { machine: digest(`${hostname()} ${id} ${namespace}`), boot: digest(boot) };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** Empty where there is no such file, as on other systems than Linux. */
async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
