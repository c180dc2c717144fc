import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second, on every machine that matters. */
const TICK_MS = 10;

export interface Vitals {
  readonly rssMiB: number;
  readonly sockets: number;
  /** CPU time used so far. */
  readonly cpuMs: number;
}

/** What a process holds now. Reads /proc, so Linux only. Throws when there is no such process. */
export function vitalsOf(pid: number): Vitals {
  const rssKiB = Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return { rssMiB: Math.round(rssKiB / 1024), sockets: socketsOf(pid), cpuMs: cpuOf(pid) };
}

function cpuOf(pid: number): number {
  // Behind the name, which stands in brackets and may hold anything: user time is the 12th field, system time the 13th.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
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
