import { type TempDir, tempDir } from '@senbon/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Certificates, makeCertificates } from './certificates.ts';
import { bytes, hostsOf, spec } from '../support/discovery-bench.ts';
import { type Bench, startBench } from './harness.ts';

const PATIENCE_MS = 15_000;

describe('etcd that asks for certificates', () => {
  let dir: TempDir;
  let own: Certificates;
  let other: Certificates;
  let bench: Bench;
  beforeAll(async () => {
    dir = await tempDir('etcd-tls');
    [own, other] = await Promise.all([
      makeCertificates(dir.path, 'own'),
      makeCertificates(dir.path, 'other'),
    ]);
    bench = await startBench({ tls: own });
  });
  afterAll(async () => {
    await bench[Symbol.asyncDispose]();
    await dir.remove();
  });
  const conf = (ca: Certificates, client: Certificates) => ({
    'kyuubi.ha.etcd.ssl.enabled': 'true',
    'kyuubi.ha.etcd.ssl.ca.path': ca.caPath,
    'kyuubi.ha.etcd.ssl.client.certificate.path': client.certificatePath,
    'kyuubi.ha.etcd.ssl.client.key.path': client.keyPath,
  });

  it('is used over TLS: nodes, watches, leases, locks, through a restart', async () => {
    const client = await bench.open({ conf: conf(own, own) });
    const lists: string[][] = [];
    await client.registry.watch('/kyuubi', (nodes) => lists.push(hostsOf(nodes)));
    await client.registry.register('/kyuubi', spec('a'));
    await vi.waitFor(() => expect(lists.at(-1)).toEqual(['a']), PATIENCE_MS);
    await bench.etcd.restart();
    await vi.waitFor(() => expect(client.connection.state).toBe('connected'), PATIENCE_MS);
    await vi.waitFor(() => client.registry.register('/kyuubi', spec('b')), PATIENCE_MS);
    await vi.waitFor(() => expect(lists.at(-1)).toEqual(['a', 'b']), PATIENCE_MS);
    expect(await client.locks.withLock('/lock', PATIENCE_MS, async () => 'had')).toBe('had');
  });

  it.each([
    ['a server of another authority', () => conf(other, own), /certificate/],
    ['a client of another authority', () => conf(own, other), /./],
    ['plain text', () => ({}), /./],
  ])('lets nobody in: %s', async (_, given, problem) => {
    await expect(bench.open({ conf: given(), connectTimeoutMs: 1_000 })).rejects.toMatchObject({
      code: 'DISCOVERY_UNREACHABLE',
      message: expect.stringMatching(problem),
    });
  });
});

describe('etcd with users', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
    const ctl = (...args: readonly string[]) => bench.etcd.ctl(...args);
    await ctl('user', 'add', 'root:rootpw');
    await ctl('user', 'grant-role', 'root', 'root');
    await ctl('user', 'add', 'gateway:s3cret');
    await ctl('role', 'add', 'kyuubi');
    await ctl('role', 'grant-permission', 'kyuubi', 'readwrite', '--prefix=true', '/kyuubi');
    await ctl('user', 'grant-role', 'gateway', 'kyuubi');
    await ctl('auth', 'enable');
  });
  afterAll(async () => {
    await bench[Symbol.asyncDispose]();
  });
  const as = (user: string, password: string) => ({
    conf: { 'kyuubi.ha.etcd.user': user, 'kyuubi.ha.etcd.password': password },
  });

  it('is used by a user with a role, also after a restart, when its tokens are forgotten', async () => {
    const [client, other] = [
      await bench.open(as('gateway', 's3cret')),
      await bench.open(as('gateway', 's3cret')),
    ];
    const lists: string[][] = [];
    await other.registry.watch('/kyuubi', (nodes) => lists.push(hostsOf(nodes)));
    const registration = await client.registry.register('/kyuubi', spec('a'));
    await vi.waitFor(() => expect(lists.at(-1)).toEqual(['a']), PATIENCE_MS);
    await bench.etcd.restart();
    await vi.waitFor(() => expect(client.connection.state).toBe('connected'), PATIENCE_MS);
    expect(await client.locks.withLock('/kyuubi_lock', PATIENCE_MS, async () => 'had')).toBe('had');
    await client.records.put('/kyuubi_record', bytes('x'), { expected: 'absent' });
    expect(hostsOf(await other.registry.list('/kyuubi'))).toEqual(['a']);
    expect(await other.registry.remove(registration.path)).toBe(true);
    expect(await registration.ended).toBe('deleted');
    await vi.waitFor(() => expect(lists.at(-1)).toEqual([]), PATIENCE_MS);
  });

  it('refuses what the role does not allow, and says what to do', async () => {
    const client = await bench.open(as('gateway', 's3cret'));
    const refusal = {
      code: 'DISCOVERY_FAILED',
      message: expect.stringMatching(/permission denied; the user of kyuubi\.ha\.etcd\.user needs a role/),
    };
    await expect(client.registry.register('/other', spec('a'))).rejects.toMatchObject(refusal);
    await expect(client.registry.list('/other')).rejects.toMatchObject(refusal);
    await expect(client.records.put('/other', bytes('x'))).rejects.toMatchObject(refusal);
    await expect(client.locks.withLock('/other', 2_000, async () => 0)).rejects.toMatchObject(refusal);
    expect(client.connection.state).toBe('connected');
  });

  it('lets in neither a wrong password nor nobody, and no error holds the password', async () => {
    const wrong: unknown = await bench.open(as('gateway', 'wr0ng')).catch((error: unknown) => error);
    expect(wrong).toMatchObject({
      code: 'DISCOVERY_FAILED',
      message: expect.stringMatching(/authentication failed.*check kyuubi\.ha\.etcd\.user/),
    });
    expect(String(wrong)).not.toContain('wr0ng');
    const nobody = bench.open();
    await expect(nobody.then((client) => client.registry.list('/kyuubi'))).rejects.toMatchObject({
      code: 'DISCOVERY_FAILED',
      message: expect.stringMatching(/user name is empty.*check kyuubi\.ha\.etcd\.user/),
    });
  });
});
