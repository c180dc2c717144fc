import { once } from 'node:events';
import { rm } from 'node:fs/promises';

const GRACE_MS = 15_000;

/** Ends a child process and takes its folder away. */
export async function endChild(child, dir) {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await ended;
  clearTimeout(timer);
  await rm(dir, { recursive: true, force: true });
}
