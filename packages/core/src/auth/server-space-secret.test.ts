import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readArea } from '../config/area.ts';
import { Conf } from '../config/conf.ts';
import { securityArea } from '../engine/config.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { MemoryEnsemble } from '../testing/memory-discovery.ts';
import { type SecretSources, serverSpaceSecret } from './server-space-secret.ts';

let dir: string;
let ensemble: MemoryEnsemble;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'senbon-secret-'));
  ensemble = new MemoryEnsemble(new FakeClock());
});
afterEach(() => rm(dir, { recursive: true }));

function sources(values: Record<string, string>, overrides: Partial<SecretSources> = {}): SecretSources {
  return {
    config: readArea(securityArea, Conf.of(values)),
    isDiscoveryEmbedded: false,
    records: ensemble.client().records,
    namespace: 'kyuubi',
    file: join(dir, 'work', '.internal-secret'),
    ...overrides,
  };
}

const provider = (name: string) => ({ 'kyuubi.internal.security.secret.provider': name });

describe('in a file', () => {
  const inFile = provider('FILE');

  it('is made once, 32 bytes that only its owner can read', async () => {
    const { file } = sources(inFile);
    const secret = await serverSpaceSecret(sources(inFile));
    expect(secret).toHaveLength(32);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(dir, 'work'))).mode & 0o777).toBe(0o700);
    expect(await serverSpaceSecret(sources(inFile))).toEqual(secret);
    expect(await readdir(join(dir, 'work'))).toEqual(['.internal-secret']);
  });

  it('is the same for many that start at once', async () => {
    const secrets = await Promise.all(Array.from({ length: 20 }, () => serverSpaceSecret(sources(inFile))));
    for (const secret of secrets) expect(secret).toEqual(secrets[0]);
    expect(await readdir(join(dir, 'work'))).toEqual(['.internal-secret']);
  });

  it('is closed to others when it was open', async () => {
    const { file } = sources(inFile);
    await serverSpaceSecret(sources(inFile));
    await chmod(file, 0o644);
    await serverSpaceSecret(sources(inFile));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('is not replaced when damaged, and the error does not show it', async () => {
    const { file } = sources(inFile);
    await serverSpaceSecret(sources(inFile));
    await writeFile(file, 'hunter2');
    const failure = await serverSpaceSecret(sources(inFile)).catch((error: unknown) => error as Error);
    expect((failure as Error).message).toContain(`${file} is damaged`);
    expect((failure as Error).message).not.toContain('hunter2');
    expect(await readFile(file, 'utf8')).toBe('hunter2');
  });

  it('that cannot be written is an error that names it', async () => {
    await writeFile(join(dir, 'work'), '');
    await expect(serverSpaceSecret(sources(inFile))).rejects.toMatchObject({
      code: 'FOLDER_UNUSABLE',
      message: expect.stringMatching(/work: the secret file .*internal-secret: .*KYUUBI_WORK_DIR_ROOT$/),
    });
  });

  it('is the default of an embedded ZooKeeper', async () => {
    await serverSpaceSecret(sources({}, { isDiscoveryEmbedded: true }));
    expect(await readdir(join(dir, 'work'))).toEqual(['.internal-secret']);
    expect(ensemble.values.size).toBe(0);
  });
});

describe('in discovery', () => {
  it('is made once, beside the namespace', async () => {
    const secret = await serverSpaceSecret(sources({}, { namespace: '/kyuubi/' }));
    expect(secret).toHaveLength(32);
    expect([...ensemble.values.keys()]).toEqual(['/kyuubi_secret']);
    expect(await serverSpaceSecret(sources({}))).toEqual(secret);
  });

  it('may stand elsewhere', async () => {
    await serverSpaceSecret(sources({ 'kyuubi.ha.zookeeper.engine.secure.secret.node': '/x/y' }));
    expect([...ensemble.values.keys()]).toEqual(['/x/y']);
  });

  it("is written as a secret, and the other's is taken when both make one at once", async () => {
    const mine = sources({});
    const put = vi.spyOn(mine.records, 'put').mockImplementationOnce(async (path, value, options) => {
      expect(options).toMatchObject({ expected: 'absent', secret: true });
      await ensemble.client().records.put(path, new Uint8Array(32).fill(5));
      put.mockRestore();
      return mine.records.put(path, value, options);
    });
    expect(await serverSpaceSecret(mine)).toEqual(new Uint8Array(32).fill(5));
  });
});

describe('in the configuration', () => {
  it('is taken as it stands', async () => {
    const values = {
      ...provider('simple'),
      'kyuubi.internal.security.secret.provider.simple.secret': 'ENGINE____SECRET',
    };
    expect(Buffer.from(await serverSpaceSecret(sources(values))).toString()).toBe('ENGINE____SECRET');
  });

  it('must be there', async () => {
    await expect(serverSpaceSecret(sources(provider('SIMPLE')))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      details: { key: 'kyuubi.internal.security.secret.provider.simple.secret' },
    });
  });
});
