import { expect, it } from 'vitest';
import { engineNodes } from './engine-nodes.ts';
import { startRealZooKeeper } from './real-zookeeper.ts';

it('starts a real ZooKeeper that serves, and leaves nothing', async () => {
  let address;
  {
    await using zooKeeper = await startRealZooKeeper();
    ({ address } = zooKeeper);
    expect(await engineNodes(address)).toEqual([]);
  }
  await expect(fetch(`http://${address.host}:${address.port}/`)).rejects.toThrow();
});
