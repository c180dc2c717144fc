import { startProcess, tempDir } from '@senbon/testkit';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Bench, LEASE_SECONDS, startBench } from './harness.ts';

const PLUGIN = import.meta.resolve('@senbon/discovery-etcd');

/** A client in a process of its own: registers, takes one lock and waits for another. */
const PROGRAM = `
import { discoveryPlugin } from ${JSON.stringify(PLUGIN)};
const logger = { debug() {}, info() {}, warn() {}, error() {}, named: () => logger };
const [addresses, mode] = process.argv.slice(2);
const conf = new Map([['kyuubi.ha.etcd.lease.timeout', 'PT${LEASE_SECONDS}S']]);
const client = await discoveryPlugin.open({ addresses, sessionTimeoutMs: 1500, connectTimeoutMs: 3000, conf, logger }, {});
let changes = 0;
client.connection.onChange((state) => process.stderr.write(++changes + ' ' + state + '\\n'));
process.on('SIGUSR2', () => client.close());
await client.registry.register('/kyuubi', { host: 'crashing', port: 1, version: '1' });
if (mode === 'hold') {
  client.locks.withLock('/lock', 5000, () => {
    client.locks.withLock('/lock', 60_000, async () => {}).catch(() => {});
    setTimeout(() => process.stderr.write('holding\\n'), 200);
    return new Promise(() => {});
  });
} else {
  process.stderr.write('ready\\n');
}
`;

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
    const program = join(dir, 'client.mjs');
    await writeFile(program, PROGRAM);
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
