import { type DiscoveryClient, silentLogger } from '@senbon/core';
import { type EmbeddedZooKeeper, startEmbeddedZooKeeper } from '@senbon/zookeeper-embedded';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { discoveryPlugin } from './index.ts';
import { BreakableLine } from './testing/breakable-line.ts';

const PATIENCE = { timeout: 15_000 };
const spec = { host: 'a', port: 10_009, version: '1.12.0' };

/** The ensemble is away for less than the session time-out, so the server keeps the client's nodes. */
describe('a registration that is closed while its client is cut off', () => {
  let server: EmbeddedZooKeeper;
  let line: BreakableLine;
  let client: DiscoveryClient;
  let witness: DiscoveryClient;
  const open = (addresses: string) =>
    discoveryPlugin.open(
      { addresses, sessionTimeoutMs: 30_000, connectTimeoutMs: 500, conf: new Map(), logger: silentLogger },
      {},
    );
  beforeEach(async () => {
    server = await startEmbeddedZooKeeper({ host: '127.0.0.1', port: 0 });
    line = await BreakableLine.to(server.port);
    [client, witness] = await Promise.all([open(line.address), open(`127.0.0.1:${server.port}`)]);
  });
  afterEach(async () => {
    await Promise.all([client.close(), witness.close()]);
    await line.close();
    await server.close();
  });

  const paths = async () => (await witness.registry.list('/kyuubi')).map(({ path }) => path);

  it('is deleted when the client is back', async () => {
    const registration = await client.registry.register('/kyuubi', spec);
    line.cut();
    await expect(registration.close()).rejects.toMatchObject({ code: 'DISCOVERY_UNREACHABLE' });
    expect(await paths()).toEqual([registration.path]);
    line.mend();
    await vi.waitFor(async () => expect(await paths()).toEqual([]), PATIENCE);
  });

  it('leaves the one node of the next registration at that address', async () => {
    const former = await client.registry.register('/kyuubi', spec);
    line.cut();
    await expect(former.close()).rejects.toMatchObject({ code: 'DISCOVERY_UNREACHABLE' });
    const registering = client.registry.register('/kyuubi', spec);
    line.mend();
    const registration = await registering;
    await vi.waitFor(async () => expect(await paths()).toEqual([registration.path]), PATIENCE);
  });
});
