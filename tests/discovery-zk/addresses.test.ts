import { freePort } from '@senbon/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostsOf, spec } from '../support/discovery-bench.ts';
import { type Bench, startBench } from './harness.ts';

describe('addresses', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
  });
  afterAll(async () => {
    await bench[Symbol.asyncDispose]();
  });

  it('a dead and an unknown host among several are passed over', async () => {
    const addresses = `127.0.0.1:${await freePort()},no-such-host.invalid:2181,localhost:${bench.port}`;
    const client = await bench.open({ addresses });
    await client.registry.register('/several', spec('a'));
    expect(hostsOf(await client.registry.list('/several'))).toEqual(['a']);
  });

  it('a chroot is made and stands before every path', async () => {
    const inside = await bench.open({ addresses: `127.0.0.1:${bench.port}/deep/root` });
    const outside = await bench.open();
    const registration = await inside.registry.register('/kyuubi', spec('a'));
    expect(registration.path).toMatch(/^\/kyuubi\/serverUri=/);
    expect((await outside.registry.list('/deep/root/kyuubi'))[0]?.path).toBe(
      `/deep/root${registration.path}`,
    );
    expect(await outside.registry.remove(`/deep/root${registration.path}`)).toBe(true);
    expect(await registration.ended).toBe('deleted');
    await inside.records.put('/record', new Uint8Array([1]));
    expect((await inside.records.list('/')).map((entry) => entry.path)).toContain('/record');
    expect(await inside.locks.withLock('/lock', 2_000, async () => 'had')).toBe('had');
  });

  it('names the unknown host when there is no other', async () => {
    await expect(bench.open({ addresses: 'no-such-host.invalid:2181' })).rejects.toMatchObject({
      code: 'DISCOVERY_UNREACHABLE',
      message: expect.stringContaining('no-such-host.invalid'),
    });
  });
});
