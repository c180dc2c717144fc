import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytes, hostsOf, spec } from '../support/discovery-bench.ts';
import { type Bench, startBench } from './harness.ts';

const DIGEST = {
  'kyuubi.ha.zookeeper.auth.type': 'DIGEST',
  'kyuubi.ha.zookeeper.auth.digest': 'senbon:gate',
};

describe('access control by digest', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
  });
  afterAll(async () => {
    await bench[Symbol.asyncDispose]();
  });

  it('others read the nodes and cannot delete them; holders of the credentials can', async () => {
    const [owner, peer, stranger] = [
      await bench.open({ conf: DIGEST }),
      await bench.open({ conf: DIGEST }),
      await bench.open(),
    ];
    const registration = await owner.registry.register('/acl/server', spec('a'));
    expect(hostsOf(await stranger.registry.list('/acl/server'))).toEqual(['a']);
    await expect(stranger.registry.remove(registration.path)).rejects.toMatchObject({
      code: 'DISCOVERY_FAILED',
      message: expect.stringMatching(/access control list.*auth\.digest/),
    });
    await expect(stranger.registry.register('/acl/server', spec('b'))).rejects.toMatchObject({
      code: 'DISCOVERY_FAILED',
    });
    await expect(stranger.records.put('/acl/record', bytes('x'))).rejects.toMatchObject({
      code: 'DISCOVERY_FAILED',
    });
    expect(await peer.registry.remove(registration.path)).toBe(true);
    expect(await registration.ended).toBe('deleted');
  });

  it('locks work under it, for holders of the credentials', async () => {
    const [one, two] = [await bench.open({ conf: DIGEST }), await bench.open({ conf: DIGEST })];
    await one.locks.withLock('/acl/lock', 2_000, async () => {
      await expect(two.locks.withLock('/acl/lock', 200, async () => 0)).rejects.toMatchObject({
        code: 'DISCOVERY_LOCK_TIMEOUT',
      });
    });
    expect(await two.locks.withLock('/acl/lock', 2_000, async () => 'two')).toBe('two');
  });

  it('a secret is unreadable for others, even where nodes are open; a list leaves it out', async () => {
    const { 'kyuubi.ha.zookeeper.auth.digest': digest } = DIGEST;
    const conf = { 'kyuubi.ha.zookeeper.auth.digest': digest };
    const [owner, stranger] = [await bench.open({ conf }), await bench.open()];
    const version = await owner.records.put('/open/key', bytes('s3cret'), {
      secret: true,
      expected: 'absent',
    });
    await owner.records.put('/open/note', bytes('note'));
    await expect(stranger.records.get('/open/key')).rejects.toMatchObject({ code: 'DISCOVERY_FAILED' });
    await expect(stranger.records.put('/open/key', bytes('x'))).rejects.toMatchObject({
      code: 'DISCOVERY_FAILED',
    });
    expect((await stranger.records.list('/open')).map((entry) => entry.path)).toEqual(['/open/note']);
    expect((await owner.records.list('/open')).map((entry) => entry.path)).toEqual([
      '/open/key',
      '/open/note',
    ]);
    await owner.records.put('/open/key', bytes('rotated'), { secret: true, expected: version });
    expect(Buffer.from((await owner.records.get('/open/key'))?.value ?? []).toString()).toBe('rotated');
  });

  it('an unreadable sibling hides no other', async () => {
    const conf = { 'kyuubi.ha.zookeeper.auth.digest': 'senbon:gate' };
    const [owner, stranger] = [await bench.open({ conf }), await bench.open()];
    const hidden = '/siblings/serverUri=hidden:1;version=1;sequence=0000000000';
    await owner.records.put(hidden, bytes('hidden:1'), { secret: true });
    const lists: string[][] = [];
    await stranger.registry.watch('/siblings', (nodes) => lists.push(hostsOf(nodes)));
    await stranger.registry.register('/siblings', spec('seen'));
    expect(hostsOf(await stranger.registry.list('/siblings'))).toEqual(['seen']);
    await expect.poll(() => lists.at(-1)).toEqual(['seen']);
  });

  it("an engine's process goes by its own auth type", async () => {
    const conf = {
      ...DIGEST,
      'kyuubi.ha.engine.ref.id': 'ref',
      'kyuubi.ha.zookeeper.engine.auth.type': 'NONE',
    };
    const [engine, stranger] = [await bench.open({ conf }), await bench.open()];
    const registration = await engine.registry.register('/engine/space', { ...spec('e'), refId: 'ref' });
    expect(await stranger.registry.remove(registration.path)).toBe(true);
  });
});
