import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 50;

/** A temporary folder's path, or an id, is longer. */
const MIN_TAG_CHARS = 12;

/** A process of a gateway under test, found by the work folder in its environment, arguments or current folder. */
export interface TaggedProcess {
  readonly pid: number;
  readonly command: string;
}

function readOr(read: () => string): string {
  try {
    return read();
  } catch {
    // Gone meanwhile, or somebody else's.
    return '';
  }
}

function isZombie(pid: number): boolean {
  // The state follows the command's name, which is in parentheses and may hold anything.
  return /\) [ZX] /.test(readOr(() => readFileSync(`/proc/${pid}/stat`, 'latin1')));
}

/**
 * Every living process that carries `tag`, this one left out. Reads /proc, so it works on Linux only; it finds detached
 * processes whatever their parent is, and needs no help from the code under test.
 */
export function taggedProcesses(tag: string): TaggedProcess[] {
  if (tag.length < MIN_TAG_CHARS) throw new RangeError(`the tag '${tag}' would fit strangers' processes`);
  const found: TaggedProcess[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid || isZombie(pid)) continue;
    const command = readOr(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
    const places = [
      command,
      readOr(() => readFileSync(`/proc/${pid}/environ`, 'utf8')),
      readOr(() => readlinkSync(`/proc/${pid}/cwd`)),
    ];
    if (places.some((place) => place.includes(tag)))
      found.push({ pid, command: command.replaceAll('\0', ' ').trim() });
  }
  return found;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}

/** The processes that still carry the tag after `timeoutMs`; empty as soon as none does. */
export async function survivors(tag: string, timeoutMs: number): Promise<TaggedProcess[]> {
  const deadline = performance.now() + timeoutMs;
  let left = taggedProcesses(tag);
  while (left.length > 0 && performance.now() < deadline) {
    await delay(POLL_MS);
    left = taggedProcesses(tag);
  }
  return left;
}

/** Ends what carries the tag; SIGKILL for what does not obey within `timeoutMs`. Returns those that had to be killed. */
export async function endTagged(tag: string, timeoutMs: number): Promise<TaggedProcess[]> {
  signalAll(taggedProcesses(tag), 'SIGTERM');
  const stubborn = await survivors(tag, timeoutMs);
  signalAll(stubborn, 'SIGKILL');
  await survivors(tag, timeoutMs);
  return stubborn;
}

function signalAll(processes: readonly TaggedProcess[], signal: NodeJS.Signals): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended by itself.
    }
  }
}
