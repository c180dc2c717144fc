import { silentLogger } from '@senbon/core';
import { tempDir } from '@senbon/testkit';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';

const read = (conf: Readonly<Record<string, string>>, connectTimeoutMs = 15_000) =>
  readOptions({
    addresses: 'e1',
    sessionTimeoutMs: 60_000,
    connectTimeoutMs,
    conf: new Map(Object.entries(conf)),
    logger: silentLogger,
  });

describe('readOptions', () => {
  it("has Kyuubi's defaults", async () => {
    expect(await read({})).toEqual({
      addresses: ['http://e1:2379'],
      ttlSeconds: 10,
      attemptTimeoutMs: 2_000,
      credentials: undefined,
      auth: undefined,
    });
  });

  it('asks a silent member no longer than a lease allows, and a lease is whole seconds', async () => {
    expect(await read({ 'kyuubi.ha.etcd.lease.timeout': '2500' })).toMatchObject({
      ttlSeconds: 3,
      attemptTimeoutMs: 1_000,
    });
    expect(await read({}, 300)).toMatchObject({ attemptTimeoutMs: 250 });
  });

  it('reads certificates', async () => {
    await using dir = await tempDir('etcd-tls');
    const path = (name: string) => join(dir.path, name);
    for (const name of ['ca', 'cert', 'key']) await writeFile(path(name), name);
    const enabled = { 'kyuubi.ha.etcd.ssl.enabled': 'true', 'kyuubi.ha.etcd.ssl.ca.path': path('ca') };
    expect(await read(enabled)).toMatchObject({
      addresses: ['https://e1:2379'],
      credentials: { rootCertificate: Buffer.from('ca') },
    });
    const client = {
      'kyuubi.ha.etcd.ssl.client.certificate.path': path('cert'),
      'kyuubi.ha.etcd.ssl.client.key.path': path('key'),
    };
    expect((await read({ ...enabled, ...client })).credentials).toEqual({
      rootCertificate: Buffer.from('ca'),
      certChain: Buffer.from('cert'),
      privateKey: Buffer.from('key'),
    });
  });

  it.each([
    [
      { 'kyuubi.ha.etcd.ssl.enabled': 'true', 'kyuubi.ha.etcd.ssl.ca.path': '/not/there' },
      /ssl\.ca\.path.*ENOENT/,
    ],
    [
      { 'kyuubi.ha.etcd.ssl.enabled': 'true', 'kyuubi.ha.etcd.ssl.client.key.path': '/key' },
      /certificate\.path and .*key\.path/,
    ],
    [{ 'kyuubi.ha.etcd.user': 'u' }, /etcd\.user and .*etcd\.password/],
    [{ 'kyuubi.ha.etcd.lease.timeout': 'PT0S' }, /lease\.timeout/],
  ])('refuses %j', async (conf, message) => {
    await expect(read(conf)).rejects.toThrow(message);
  });

  it('never prints the password', async () => {
    const error: unknown = await read({ 'kyuubi.ha.etcd.password': 'hush' }).catch(
      (reason: unknown) => reason,
    );
    expect(String(error)).toMatch(/etcd.user and /);
    expect(String(error)).not.toContain('hush');
  });
});
