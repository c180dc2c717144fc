import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Resident memory of a process in MiB, from /proc. */
export function residentMiB(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) / 1024;
}

/** CPU seconds a process has used, user and system. */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Established connections of a process to `port`, counted from /proc by the sockets it owns. */
export function establishedTo(pid, port) {
  const hex = Number(port).toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set();
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    if (fields[2]?.endsWith(`:${hex}`) && fields[3] === '01') inodes.add(fields[9]);
  }
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return inodes.has(/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]);
    } catch {
      // It was closed meanwhile.
      return false;
    }
  }).length;
}

/** Samples resident memory until `stop` is called; what it gives then is the most it saw, in MiB. */
export function watchResident(pid, everyMs = 100) {
  let most = residentMiB(pid);
  const timer = setInterval(() => {
    most = Math.max(most, residentMiB(pid));
  }, everyMs);
  return {
    stop() {
      clearInterval(timer);
      return Math.max(most, residentMiB(pid));
    },
  };
}

/** A resident set is read when the collector and the kernel have had a moment. */
export const settle = (ms = 3_000) => pause(ms);
