import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isDeadProcess, ownProcess } from './process-identity.ts';

const isLinux = process.platform === 'linux';

function identityOf(pid: number): string {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const start = text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  return `${boot}/${readlinkSync('/proc/self/ns/pid')}/${pid}/${start}`;
}

it.runIf(isLinux)('is the same as long as the process lives', () => {
  const own = ownProcess() ?? '';
  expect(own).toBe(identityOf(process.pid));
  expect(ownProcess()).toBe(own);
  expect(isDeadProcess(own)).toBe(false);
});

it.runIf(isLinux)('is that of a dead process once it was killed', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  const identity = identityOf(child.pid ?? 0);
  expect(isDeadProcess(identity)).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isDeadProcess(identity)).toBe(true);
});

it.runIf(isLinux)('is that of a dead process when its pid belongs to another by now', () => {
  expect(isDeadProcess((ownProcess() ?? '').replace(/\d+$/, '1'))).toBe(true);
});

it.runIf(isLinux).each([
  ['of another boot or machine', (own: string) => own.replace(/^[^/]+/, 'other')],
  ['of another container', (own: string) => own.replace(/pid:\[\d+\]/, 'pid:[1]')],
  ['that nobody can read', () => 'x'],
])('says nothing of a process %s', (_, change) => {
  const other = change((ownProcess() ?? '').replace(/\d+\/\d+$/, '99999999/1'));
  expect(isDeadProcess(other)).toBe(false);
});
