import { readFileSync, readlinkSync } from 'node:fs';

/**
 * `<boot>/<pid namespace>/<pid>/<start time>`: names one process for ever, to whoever sees the same kernel and the same process
 * ids. A container of the same machine has another namespace, and so cannot take our process for a dead one. `null`
 * where the system does not tell (no Linux).
 */
export function ownProcess(): string | null {
  const own = ownView();
  const start = startOf('self');
  return own === null || start === null ? null : `${own}/${process.pid}/${start}`;
}

/** True only when it is certain: the process could be seen from here, and is not there any more. */
export function isDeadProcess(identity: string): boolean {
  const match = /^(.+)\/(\d+)\/(\d+)$/.exec(identity);
  if (match === null) return false;
  const [, whose, pid = '', start] = match;
  return whose === ownView() && startOf(pid) !== start;
}

let view: string | null = null;

/** Read once: it does not change as long as this process lives, and others are looked at every second. */
function ownView(): string | null {
  try {
    view ??= `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return null;
  }
  return view;
}

/** In clock ticks since the boot; `null` for a process that is gone, and for one that only its parent has not noticed yet. */
function startOf(pid: string): string | null {
  try {
    // The second field, the name in parentheses, may hold anything.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
