import { randomBytes } from 'node:crypto';
import { chmod, link, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AreaConfig } from '../config/area.ts';
import { trimSlashes } from '../config/trim-slashes.ts';
import type { securityArea } from '../engine/config.ts';
import { messageOf, SenbonError } from '../errors/senbon-error.ts';
import { makeFolder } from '../observe/make-folder.ts';
import type { Records } from '../ports/discovery.ts';

export interface SecretSources {
  readonly config: AreaConfig<typeof securityArea>;
  /** An embedded ZooKeeper forgets everything with its process, so its default is a file. */
  readonly isDiscoveryEmbedded: boolean;
  readonly records: Records;
  /** `kyuubi.ha.namespace`. */
  readonly namespace: string;
  /** Where provider FILE keeps it. */
  readonly file: string;
}

const SECRET_BYTES = 32;

/**
 * The secret that the gateways and engines of one server space share; made by the first who asks for it. Throws
 * CONFIG_INVALID for provider SIMPLE without a secret, FOLDER_UNUSABLE for a file that cannot be read or written, INTERNAL
 * for a damaged one, DISCOVERY_*.
 */
export async function serverSpaceSecret(sources: SecretSources): Promise<Uint8Array> {
  const { config, isDiscoveryEmbedded } = sources;
  const provider = config.provider ?? (isDiscoveryEmbedded ? 'FILE' : 'ZOOKEEPER');
  switch (provider) {
    case 'SIMPLE':
      return configured(config.simpleSecret);
    case 'FILE':
      return fromFile(sources.file);
    case 'ZOOKEEPER':
      return fromDiscovery(sources.records, config.secretNode ?? `/${trimSlashes(sources.namespace)}_secret`);
  }
}

function configured(secret: string | null): Uint8Array {
  if (secret !== null && secret !== '') return Buffer.from(secret, 'utf8');
  throw new SenbonError('CONFIG_INVALID', {
    key: 'kyuubi.internal.security.secret.provider.simple.secret',
    value: '""',
    where: 'provider SIMPLE',
    problem: 'a secret is needed',
  });
}

async function fromFile(file: string): Promise<Uint8Array> {
  const secret = await readOrCreate(file).catch((error: unknown) => {
    const problem = `the secret file ${file}: ${messageOf(error)}`;
    const details = { folder: dirname(file), variable: 'KYUUBI_WORK_DIR_ROOT', problem };
    throw new SenbonError('FOLDER_UNUSABLE', details, { cause: error });
  });
  if (/^[0-9a-f]{64}$/.test(secret)) return Buffer.from(secret, 'hex');
  throw new SenbonError('INTERNAL', {
    problem: `the secret file ${file} is damaged; delete it, and end the engines that know the old one`,
  });
}

/** Written whole under another name and then linked: who comes second never reads half a secret. */
async function readOrCreate(file: string): Promise<string> {
  await makeFolder(dirname(file), 0o700);
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  try {
    await writeFile(draft, randomBytes(SECRET_BYTES).toString('hex'), { flag: 'wx', mode: 0o600 });
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await chmod(file, 0o600);
  } finally {
    await rm(draft, { force: true });
  }
  return (await readFile(file, 'utf8')).trim();
}

async function fromDiscovery(records: Records, path: string): Promise<Uint8Array> {
  const present = await records.get(path);
  if (present !== null) return present.value;
  try {
    const secret = randomBytes(SECRET_BYTES);
    await records.put(path, secret, { expected: 'absent', secret: true });
    return secret;
  } catch (error) {
    if (!(error instanceof SenbonError && error.code === 'DISCOVERY_CONFLICT')) throw error;
    const other = await records.get(path);
    if (other === null) throw error;
    return other.value;
  }
}
