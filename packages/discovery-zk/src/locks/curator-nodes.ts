import { randomUUID } from 'node:crypto';

/**
 * The znodes of Curator's InterProcessSemaphoreMutex at a path (seen on the wire of Curator 5.7.1), which Kyuubi
 * holds while it launches an engine. Two children, each with ephemeral sequential nodes:
 * `locks/_c_<uuid>-lock-<10 digits>`: the queue; the first in order may try for the lease, the others wait.
 * `leases/_c_<uuid>-lease-<10 digits>`: who holds the mutex, plus at most the one from the queue who waits for it.
 * `_c_<uuid>-` is Curator's "protection": by it a creator whose answer was lost finds its node again.
 */
export const QUEUE = 'locks';
export const LEASES = 'leases';

export interface ProtectedName {
  /** `_c_<uuid>-`. */
  readonly protection: string;
  /** The whole name but for the sequence. */
  readonly prefix: string;
}

export function protectedName(kind: 'lock' | 'lease'): ProtectedName {
  const protection = `_c_${randomUUID()}-`;
  return { protection, prefix: `${protection}${kind}-` };
}

/** Curator's order of the queue: by what follows the last `lock-`, as text. Both sides must agree on it. */
export function queueOrder(names: readonly string[]): readonly string[] {
  return names
    .map((name) => ({ name, key: sortKey(name) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ name }) => name);
}

function sortKey(name: string): string {
  const at = name.lastIndexOf('lock-');
  return at < 0 ? name : name.slice(at + 'lock-'.length);
}
