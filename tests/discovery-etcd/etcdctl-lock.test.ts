import { startProcess } from '@senbon/testkit';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { etcdBinDir } from '../support/debs.ts';
import { type Bench, startBench } from './harness.ts';

const PATIENCE_MS = 20_000;
const PLACE = /^\/kyuubi_lock\/[0-9a-f]{1,16}(-[0-9a-f-]{36})?$/;

describe("etcd's own lock (etcdctl lock) and ours", () => {
  let bench: Bench;
  let binDir: string;
  beforeAll(async () => {
    [bench, binDir] = await Promise.all([startBench(), etcdBinDir()]);
  });
  afterAll(async () => {
    await bench[Symbol.asyncDispose]();
  });
  /** It prints its key when it has the lock. */
  const etcdctl = (ready?: RegExp) =>
    startProcess({
      command: join(binDir, 'etcdctl'),
      args: [`--endpoints=http://${bench.etcd.addresses}`, 'lock', '/kyuubi_lock'],
      env: { ETCDCTL_API: '3' },
      ...(ready === undefined ? {} : { ready }),
    });
  const places = async () =>
    (await bench.etcd.ctl('get', '--prefix', '--keys-only', '/kyuubi_lock/'))
      .split('\n')
      .filter((line) => line !== '');

  it('ours waits while etcdctl holds it', async () => {
    const client = await bench.open();
    await using holder = await etcdctl(PLACE);
    await expect(client.locks.withLock('/kyuubi_lock', 300, async () => 0)).rejects.toMatchObject({
      code: 'DISCOVERY_LOCK_TIMEOUT',
    });
    await vi.waitFor(async () => expect(await places()).toHaveLength(1));
    const waiting = client.locks.withLock('/kyuubi_lock', PATIENCE_MS, async () => 'had');
    await vi.waitFor(async () => expect(await places()).toHaveLength(2));
    process.kill(holder.pid, 'SIGINT');
    expect(await waiting).toBe('had');
    for (const place of await places()) expect(place).toMatch(PLACE);
  });

  it('etcdctl waits while ours holds it', async () => {
    const client = await bench.open();
    let next: Awaited<ReturnType<typeof etcdctl>> | undefined;
    await client.locks.withLock('/kyuubi_lock', PATIENCE_MS, async (signal) => {
      next = await etcdctl();
      await vi.waitFor(async () => expect(await places()).toHaveLength(2));
      expect(next.output()).toBe('');
      expect(signal.aborted).toBe(false);
    });
    expect(await next?.waitForLine(PLACE)).toMatch(PLACE);
    if (next !== undefined) process.kill(next.pid, 'SIGINT');
    await next?.exited;
  });

  it("etcd's lock service, which Kyuubi uses, excludes ours and is excluded", async () => {
    const client = await bench.open();
    const call = async (path: string, body: object): Promise<Record<string, string>> => {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const url = `http://${bench.etcd.addresses}/v3/${path}`;
      const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body), signal });
      return (await answer.json()) as Record<string, string>;
    };
    const { ID: lease } = await call('lease/grant', { TTL: 60 });
    const name = Buffer.from('/kyuubi_lock').toString('base64');
    const { key } = await call('lock/lock', { name, lease });
    expect(Buffer.from(key ?? '', 'base64').toString()).toMatch(PLACE);
    await expect(client.locks.withLock('/kyuubi_lock', 300, async () => 0)).rejects.toMatchObject({
      code: 'DISCOVERY_LOCK_TIMEOUT',
    });
    const ours = client.locks.withLock('/kyuubi_lock', PATIENCE_MS, async () => {
      const theirs = call('lock/lock', { name, lease });
      await vi.waitFor(async () => expect(await places()).toHaveLength(2));
      return { theirs };
    });
    await call('lock/unlock', { key });
    const again = await (await ours).theirs;
    expect(again['key']).toBe(key);
    await call('lock/unlock', { key });
    expect(await places()).toEqual([]);
  });

  it('a lock below a node of the same path, and one beside it, are others', async () => {
    const client = await bench.open();
    await client.registry.register('/kyuubi_lock', { host: 'a', port: 1, version: '1' });
    await client.records.put('/kyuubi_lock/record', new Uint8Array([1]));
    await client.locks.withLock('/kyuubi_lock/below', PATIENCE_MS, () =>
      client.locks.withLock('/kyuubi_lock', PATIENCE_MS, async () => undefined),
    );
  });
});
