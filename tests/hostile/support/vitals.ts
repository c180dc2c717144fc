import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

export interface Vitals {
  readonly rssMiB: number;
  readonly sockets: number;
}

/** What a process holds now. Reads /proc, so Linux only. Throws when there is no such process. */
export function vitalsOf(pid: number): Vitals {
  const rssKiB = Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return { rssMiB: Math.round(rssKiB / 1024), sockets: socketsOf(pid) };
}

function socketsOf(pid: number): number {
  const dir = `/proc/${pid}/fd`;
  return readdirSync(dir).filter((fd) => {
    try {
      return readlinkSync(`${dir}/${fd}`).startsWith('socket:');
    } catch {
      // Closed since it was listed.
      return false;
    }
  }).length;
}
