import { startProcess, tempDir } from '@senbon/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeClient } from '../support/left-behind-client.ts';
import { type Bench, LEASE_SECONDS, startBench } from './harness.ts';

const CLIENT = {
  plugin: import.meta.resolve('@senbon/discovery-etcd'),
  conf: { 'kyuubi.ha.etcd.lease.timeout': `PT${LEASE_SECONDS}S` },
};

describe('what a client leaves behind', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
  });
  afterAll(async () => {
    await bench[Symbol.asyncDispose]();
  });
  const keys = async () =>
    (await bench.etcd.ctl('get', '--prefix', '--keys-only', '/')).split('\n').filter((line) => line !== '');
  const start = async (dir: string, mode: string, ready: RegExp) => {
    const program = await writeClient(dir, CLIENT);
    return startProcess({
      command: process.execPath,
      args: [program, bench.etcd.addresses, mode],
      ready,
    });
  };

  it('after a crash: the mark of the space only, as soon as the lease has run out', async () => {
    await using dir = await tempDir('crash');
    const child = await start(dir.path, 'hold', /^holding$/);
    expect(await keys()).toEqual([
      '/kyuubi',
      expect.stringMatching(/^\/kyuubi\/serverUri=crashing:1;version=1;sequence=\d{10}$/),
      expect.stringMatching(/^\/lock\/[0-9a-f]{1,16}-[0-9a-f-]{36}$/),
      expect.stringMatching(/^\/lock\/[0-9a-f]{1,16}-[0-9a-f-]{36}$/),
    ]);
    await child.kill();
    const client = await bench.open();
    expect(await client.locks.withLock('/lock', 10_000, async () => 'had')).toBe('had');
    await vi.waitFor(async () => expect(await keys()).toEqual(['/kyuubi']), 5_000);
    expect(await client.records.get('/kyuubi')).toBeNull();
  });

  it('after close: nothing, and the process ends by itself; a long stop in between is a lost lease', async () => {
    await using dir = await tempDir('close');
    const child = await start(dir.path, 'close', /^ready$/);
    await bench.etcd.restart();
    await child.waitForLine(/^2 connected$/);
    await child.stall();
    const nodes = async () => (await keys()).filter((key) => key.includes('crashing'));
    await vi.waitFor(async () => expect(await nodes()).toEqual([]), 15_000);
    child.resume();
    await child.waitForLine(/^\d connected$/);
    await vi.waitFor(async () => expect(await nodes()).toHaveLength(1), 5_000);
    process.kill(child.pid, 'SIGUSR2');
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(child.output()).toMatch(/ lost\n[^]* connected\n[^]* closed\n$/);
    expect(await nodes()).toEqual([]);
  });
});
