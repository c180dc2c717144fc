import { describe, expect, it } from 'vitest';
import type { Records } from '../ports/discovery.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { MemoryEnsemble } from '../testing/memory-discovery.ts';
import { PoolCounter } from './pool-counter.ts';

const PATH = '/kyuubi_v_USER_FAKE_seqNum/alice/engine-pool';

function recordsOf(ensemble = new MemoryEnsemble(new FakeClock())): Records {
  return ensemble.client().records;
}

async function countTo(counter: PoolCounter, times: number): Promise<number[]> {
  return Promise.all(Array.from({ length: times }, () => counter.next(PATH)));
}

describe('a counter', () => {
  it('begins with 0 and is kept as a big-endian integer', async () => {
    const records = recordsOf();
    expect(await countTo(new PoolCounter(records), 3)).toEqual([0, 1, 2]);
    expect((await records.get(PATH))?.value).toEqual(Buffer.from([0, 0, 0, 3]));
  });

  it('goes on from what others have counted', async () => {
    const records = recordsOf();
    await records.put(PATH, new Uint8Array([0, 0, 1, 4]));
    expect(await new PoolCounter(records).next(PATH)).toBe(260);
  });

  it('gives every number once, whichever gateway asks', async () => {
    const ensemble = new MemoryEnsemble(new FakeClock());
    const counters = Array.from({ length: 4 }, () => new PoolCounter(recordsOf(ensemble)));
    const numbers = (await Promise.all(counters.map((counter) => countTo(counter, 25)))).flat();
    expect(numbers.toSorted((a, b) => a - b)).toEqual([...Array(100).keys()]);
  });

  it('wraps as an integer of Java does', async () => {
    const records = recordsOf();
    await records.put(PATH, new Uint8Array([0x7f, 0xff, 0xff, 0xff]));
    expect(await countTo(new PoolCounter(records), 2)).toEqual([2_147_483_647, -2_147_483_648]);
  });

  it('writes once for all who wait', async () => {
    const records = recordsOf();
    let writes = 0;
    const counted: Records = { ...records, put: (...args) => (writes++, records.put(...args)) };
    expect(await countTo(new PoolCounter(counted), 50)).toHaveLength(50);
    expect(writes).toBeLessThanOrEqual(2);
  });

  it('fails over what is no counter, and leaves it', async () => {
    const records = recordsOf();
    await records.put(PATH, new Uint8Array([1]));
    const counter = new PoolCounter(records);
    await expect(counter.next(PATH)).rejects.toMatchObject({ code: 'DISCOVERY_FAILED' });
    await expect(counter.next(PATH)).rejects.toThrow(`failed at ${PATH}: it holds 1 bytes; a counter has 4`);
    expect((await records.get(PATH))?.value).toEqual(new Uint8Array([1]));
  });
});
