import { readFile } from 'node:fs/promises';
import {
  bool,
  Conf,
  type AreaConfig,
  type DiscoveryOptions,
  interval,
  key,
  readArea,
  secretKey,
  SenbonError,
  messageOf,
  text,
} from '@senbon/core';
import { parseAddresses } from './client/addresses.ts';

/** The plugin's own keys; those that every discovery plugin has are the gateway's. */
export const etcdArea = {
  leaseTimeoutMs: key(
    'kyuubi.ha.etcd.lease.timeout',
    interval,
    'PT10S',
    'A gateway or engine that etcd does not hear of for so long is not found any more. Whole seconds; etcd itself allows no less than about 2.',
  ),
  sslEnabled: key('kyuubi.ha.etcd.ssl.enabled', bool, 'false', 'Talk to etcd over TLS.'),
  caPath: key(
    'kyuubi.ha.etcd.ssl.ca.path',
    text,
    null,
    'File with the certificates (PEM) by which etcd’s is checked. Unset: those that Node.js trusts.',
  ),
  certificatePath: key(
    'kyuubi.ha.etcd.ssl.client.certificate.path',
    text,
    null,
    'File with the certificate (PEM) shown to etcd, where it asks for one.',
  ),
  keyPath: key(
    'kyuubi.ha.etcd.ssl.client.key.path',
    text,
    null,
    'File with the private key (PEM) of that certificate.',
  ),
  user: key('kyuubi.ha.etcd.user', text, null, 'User to log in to etcd as. (ours)'),
  password: secretKey('kyuubi.ha.etcd.password', 'Password of that user. (ours)'),
} as const;

/** So many questions to a silent member fit into the time for an operation, and into the life of a lease. */
const ATTEMPTS = 3;
const MIN_ATTEMPT_MS = 250;
/** While there is no leader, members let writes hang; once there is one, only another attempt gets through. */
const MAX_ATTEMPT_MS = 2_000;
const WHERE = 'the etcd discovery plugin';

export interface EtcdOptions {
  readonly addresses: readonly string[];
  readonly ttlSeconds: number;
  readonly attemptTimeoutMs: number;
  readonly credentials: Certificates | undefined;
  readonly auth: { readonly username: string; readonly password: string } | undefined;
}

export interface Certificates {
  rootCertificate: Buffer;
  privateKey?: Buffer;
  certChain?: Buffer;
}

/** Throws CONFIG_INVALID, CONFIG_CONFLICT. */
export async function readOptions(options: DiscoveryOptions): Promise<EtcdOptions> {
  const config = readArea(etcdArea, Conf.of(Object.fromEntries(options.conf), WHERE));
  const ttlSeconds = Math.max(1, Math.ceil(config.leaseTimeoutMs / 1_000));
  const attemptMs = Math.min(options.connectTimeoutMs, ttlSeconds * 1_000) / ATTEMPTS;
  return {
    addresses: parseAddresses(options.addresses, config.sslEnabled),
    ttlSeconds,
    attemptTimeoutMs: Math.min(MAX_ATTEMPT_MS, Math.max(MIN_ATTEMPT_MS, attemptMs)),
    credentials: await readCertificates(config),
    auth: readUser(config),
  };
}

type Config = AreaConfig<typeof etcdArea>;

async function readCertificates(config: Config): Promise<Certificates | undefined> {
  const { certificatePath, keyPath, caPath } = config;
  if (!config.sslEnabled) return undefined;
  if ((certificatePath === null) !== (keyPath === null)) {
    throw conflict('certificatePath', 'keyPath', 'one is of no use without the other');
  }
  const [ca, chain, privateKey] = await Promise.all([
    readPem('caPath', caPath),
    readPem('certificatePath', certificatePath),
    readPem('keyPath', keyPath),
  ]);
  return {
    // gRPC takes null for "those that Node.js trusts"; the library's type does not say so.
    rootCertificate: ca as Buffer,
    ...(privateKey === null || chain === null ? {} : { privateKey, certChain: chain }),
  };
}

async function readPem(name: keyof typeof etcdArea, path: string | null): Promise<Buffer | null> {
  if (path === null) return null;
  try {
    return await readFile(path);
  } catch (error) {
    throw new SenbonError(
      'CONFIG_INVALID',
      { key: etcdArea[name].name, value: path, where: WHERE, problem: messageOf(error) },
      { cause: error },
    );
  }
}

function readUser({ user, password }: Config): EtcdOptions['auth'] {
  if (user === null && password === null) return undefined;
  if (user === null || password === null) {
    throw conflict('user', 'password', 'one is of no use without the other');
  }
  return { username: user, password };
}

function conflict(first: keyof typeof etcdArea, second: keyof typeof etcdArea, problem: string): SenbonError {
  return new SenbonError('CONFIG_CONFLICT', {
    keys: `${etcdArea[first].name} and ${etcdArea[second].name}`,
    problem,
  });
}
