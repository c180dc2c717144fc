import { fourLetterWord, startProcess, tempDir } from '@senbon/testkit';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bytes } from '../support/discovery-bench.ts';
import { writeClient } from '../support/left-behind-client.ts';
import { type Bench, startBench } from './harness.ts';

const CLIENT = {
  plugin: import.meta.resolve('@senbon/discovery-zk'),
  more: `
await client.records.put('/large', new Uint8Array(500_000).fill(7));
await client.records.get('/large');
`,
};

describe('what a client leaves behind', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
  });
  afterAll(async () => {
    await bench[Symbol.asyncDispose]();
  });

  it('after a crash: empty persistent parents only', async () => {
    await using dir = await tempDir('crash');
    const program = await writeClient(dir.path, CLIENT);
    const child = await startProcess({
      command: process.execPath,
      args: [program, `127.0.0.1:${bench.port}`, 'hold'],
      ready: /^holding$/,
    });
    const dump = await fourLetterWord(bench.port, 'dump');
    expect(dump).toMatch(/\/lock\/leases\/_c_[0-9a-f-]{36}-lease-\d{10}/);
    expect(dump).toMatch(/\/lock\/locks\/_c_[0-9a-f-]{36}-lock-\d{10}/);
    await child.kill();
    const client = await bench.open();
    // Held by nobody any more, as soon as the session has run out.
    expect(await client.locks.withLock('/lock', 10_000, async () => 'had')).toBe('had');
    expect(await client.registry.list('/kyuubi')).toEqual([]);
    for (const path of ['/kyuubi', '/lock', '/lock/locks', '/lock/leases']) {
      expect(await client.records.get(path), path).toBeNull();
      expect(await client.records.put(path, bytes('was empty'), { expected: 'absent' }), path).toBe(1);
      await client.records.delete(path);
    }
    await vi.waitFor(async () =>
      expect(await fourLetterWord(bench.port, 'dump')).not.toMatch(/\/(lock|kyuubi)\//),
    );
  });

  it('after close: no session, so nothing ephemeral', async () => {
    const client = await bench.open();
    await client.registry.register('/closed', { host: 'a', port: 1, version: '1' });
    const before = sessionsOf(await fourLetterWord(bench.port, 'dump'));
    await client.close();
    await vi.waitFor(
      async () =>
        expect(sessionsOf(await fourLetterWord(bench.port, 'dump'))).toHaveLength(before.length - 1),
      1_000,
    );
  });

  it('on stdout: nothing, through disconnects, expiry and close', async () => {
    await using dir = await tempDir('output');
    const program = await writeClient(dir.path, CLIENT);
    const stdout = join(dir.path, 'stdout');
    const child = await startProcess({
      command: 'sh',
      args: ['-c', 'exec "$@" >"$0"', stdout, process.execPath, program, `127.0.0.1:${bench.port}`, 'close'],
      ready: /^ready$/,
    });
    await bench.zooKeeper.restart();
    await child.waitForLine(/^2 connected$/);
    await child.stall();
    const isGone = async () => expect(await fourLetterWord(bench.port, 'dump')).not.toContain('crashing');
    await vi.waitFor(isGone, 10_000);
    child.resume();
    await child.waitForLine(/^5 connected$/);
    process.kill(child.pid, 'SIGUSR2');
    expect(await child.exited).toEqual({ code: 0, signal: null });
    expect(child.output().trim().split('\n')).toEqual([
      'ready',
      '1 suspended',
      '2 connected',
      '3 suspended',
      '4 lost',
      '5 connected',
      '6 closed',
    ]);
    expect(await readFile(stdout, 'utf8')).toBe('');
  });
});

/** The sessions with ephemeral nodes and those without, by id. */
function sessionsOf(dump: string): readonly string[] {
  return [...new Set(dump.match(/^\t?0x[0-9a-f]+/gm)?.map((id) => id.trim()))];
}
