import { type DiscoveryClient, silentLogger } from '@senbon/core';
import { type EmbeddedZooKeeper, startEmbeddedZooKeeper } from '@senbon/zookeeper-embedded';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ZkHandleConfig, ZkHandleConstructor } from './client/handle.ts';
import { discoveryPlugin } from './index.ts';
import { openDiscovery } from './plugin.ts';
import { WireHandle } from './wire/wire-handle.ts';

const CONNECTION_LOSS = -4;
type Lossy = 'a_create' | 'a_set' | 'a_delete_' | 'a_set_acl';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The server carries the operation out, but its answer is lost: the caller cannot know which of the two happened. */
describe('an answer that was lost', () => {
  const lose = new Map<Lossy, number>();
  let server: EmbeddedZooKeeper;
  let client: DiscoveryClient;
  let witness: DiscoveryClient;

  const lossy: ZkHandleConstructor = class extends WireHandle {
    constructor(config: ZkHandleConfig) {
      super(config);
      for (const operation of ['a_create', 'a_set', 'a_delete_', 'a_set_acl'] as const) {
        const real = WireHandle.prototype[operation] as (...args: unknown[]) => number;
        Object.defineProperty(this, operation, {
          value: (...args: unknown[]): number => {
            const done = args.pop() as (rc: number, ...rest: unknown[]) => void;
            const left = lose.get(operation) ?? 0;
            lose.set(operation, left - 1);
            return real.call(this, ...args, (rc: number, ...rest: unknown[]) =>
              left > 0 ? done(CONNECTION_LOSS, 'connection loss', null) : done(rc, ...rest),
            );
          },
        });
      }
    }
  };

  beforeEach(async () => {
    lose.clear();
    server = await startEmbeddedZooKeeper({ host: '127.0.0.1', port: 0 });
    const options = {
      addresses: server.address,
      sessionTimeoutMs: 6_000,
      connectTimeoutMs: 5_000,
      conf: new Map<string, string>(),
      logger: silentLogger,
    };
    client = await openDiscovery(options, {}, lossy);
    witness = await discoveryPlugin.open(options, {});
  });
  afterEach(async () => {
    await client.close();
    await witness.close();
    await server.close();
  });

  const spec = { host: 'a', port: 1, version: '1' };
  const paths = async (space: string) => (await witness.registry.list(space)).map((node) => node.path);

  it('of a registration: its node is found, not doubled', async () => {
    await witness.registry.register('/kyuubi', spec);
    lose.set('a_create', 2);
    const registration = await client.registry.register('/kyuubi', spec);
    const [, own, ...others] = await paths('/kyuubi');
    expect(own).toBe(registration.path);
    expect(others).toEqual([]);
  });

  it('of a registration: the node of another registration of this client is left alone', async () => {
    const first = await client.registry.register('/kyuubi', spec);
    lose.set('a_create', 1);
    const second = await client.registry.register('/kyuubi', spec);
    expect(await paths('/kyuubi')).toEqual([first.path, second.path]);
  });

  it('of a persistent registration: it fails, for nobody could tell whose node it is', async () => {
    await client.registry.register('/kyuubi', spec);
    lose.set('a_create', 1);
    await expect(client.registry.register('/kyuubi', { ...spec, persistent: true })).rejects.toMatchObject({
      code: 'DISCOVERY_UNREACHABLE',
    });
  });

  it('of a deletion: it counts as deleted', async () => {
    const registration = await witness.registry.register('/kyuubi', spec);
    lose.set('a_delete_', 1);
    expect(await client.registry.remove(registration.path)).toBe(true);
    expect(await client.registry.remove(registration.path)).toBe(false);
  });

  it('in a lock: nothing of it stays, and it excludes as ever', async () => {
    for (const lost of [1, 2, 3, 4]) {
      lose.set('a_create', lost);
      lose.set('a_delete_', 1);
      let inside = 0;
      const enter = async (): Promise<void> => {
        expect(++inside).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        inside--;
      };
      await Promise.all(
        [client, witness, client].map((by) => by.locks.withLock(`/lock-${lost}`, 5_000, enter)),
      );
    }
  });

  it.each([
    ['absent', 'a_create'],
    [0, 'a_set'],
    [undefined, 'a_set'],
  ] as const)('of a put that expects %s: it is no conflict with itself', async (expected, operation) => {
    if (expected !== 'absent') await witness.records.put('/record', bytes('before'));
    lose.set(operation, 1);
    const options = expected === undefined ? {} : { expected };
    const version = await client.records.put('/record', bytes('own'), options);
    expect(await witness.records.get('/record')).toMatchObject({ version });
    await client.records.put('/record', bytes('next'), { expected: version });
  });

  it("of a put: somebody else's value is a conflict all the same", async () => {
    await witness.records.put('/record', bytes('theirs'));
    lose.set('a_create', 1);
    await expect(client.records.put('/record', bytes('own'), { expected: 'absent' })).rejects.toMatchObject({
      code: 'DISCOVERY_CONFLICT',
    });
  });

  it('of a record deletion: it counts as deleted', async () => {
    await witness.records.put('/record', bytes('x'));
    await witness.records.put('/parent', bytes('x'));
    await witness.records.put('/parent/child', bytes('x'));
    lose.set('a_delete_', 1);
    expect(await client.records.delete('/record')).toBe(true);
    lose.set('a_set', 1);
    expect(await client.records.delete('/parent')).toBe(true);
    expect(await witness.records.get('/parent')).toBeNull();
    expect(await witness.records.get('/parent/child')).not.toBeNull();
  });
});
