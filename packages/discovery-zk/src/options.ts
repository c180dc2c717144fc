import {
  bool,
  Conf,
  type DiscoveryOptions,
  interval,
  key,
  oneOf,
  readArea,
  secretKey,
  SenbonError,
} from '@senbon/core';
import { type Ensemble, parseAddresses } from './client/addresses.ts';
import { type NodeAcl, Permission } from './client/handle.ts';

const AUTH_TYPES = ['NONE', 'DIGEST', 'KERBEROS'] as const;

/** The plugin's own keys; those that every discovery plugin has are the gateway's. */
export const zooKeeperArea = {
  authType: key(
    'kyuubi.ha.zookeeper.auth.type',
    oneOf(AUTH_TYPES),
    'NONE',
    'How the gateway logs in to ZooKeeper: NONE or DIGEST. With DIGEST others may read its nodes only.',
  ),
  engineAuthType: key(
    'kyuubi.ha.zookeeper.engine.auth.type',
    oneOf(AUTH_TYPES),
    'NONE',
    'The same for engines.',
  ),
  digest: secretKey('kyuubi.ha.zookeeper.auth.digest', 'Credentials for DIGEST, user:password.'),
  aclEnabled: key(
    'kyuubi.ha.zookeeper.acl.enabled',
    bool,
    'false',
    'Protect nodes as with DIGEST whenever credentials are configured.',
  ),
  creationTimeoutMs: key(
    'kyuubi.ha.zookeeper.node.creation.timeout',
    interval,
    'PT2M',
    'How long a registration may take.',
  ),
  baseWaitMs: key(
    'kyuubi.ha.zookeeper.connection.base.retry.wait',
    interval,
    '1000',
    'First wait before another connection is tried, in milliseconds; it doubles each time.',
  ),
  maxWaitMs: key(
    'kyuubi.ha.zookeeper.connection.max.retry.wait',
    interval,
    '30000',
    'Longest wait between two tries, in milliseconds.',
  ),
} as const;

/** Set by the gateway for the engines that it launches. */
const REF_ID = 'kyuubi.ha.engine.ref.id';

export interface ZkOptions {
  readonly ensemble: Ensemble;
  readonly sessionTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** How long a registration may take. */
  readonly creationTimeoutMs: number;
  /** `user:password`. */
  readonly digest: string | undefined;
  /** For every node made here; `null` = open to everybody. */
  readonly acl: readonly NodeAcl[] | null;
  /** For `secret` records; `null` without credentials. */
  readonly secretAcl: readonly NodeAcl[] | null;
  readonly backoff: { readonly baseMs: number; readonly maxMs: number };
}

const creatorAll: NodeAcl = { perms: Permission.all, scheme: 'auth', auth: '' };
const worldRead: NodeAcl = { perms: Permission.read, scheme: 'world', auth: 'anyone' };

/** An engine's process (`kyuubi.ha.engine.ref.id`) has an auth type of its own. Throws CONFIG_*, FEATURE_UNSUPPORTED. */
export function readOptions(options: DiscoveryOptions): ZkOptions {
  const conf = Conf.of(Object.fromEntries(options.conf), 'the ZooKeeper discovery plugin');
  const config = readArea(zooKeeperArea, conf);
  const digest = config.digest ?? undefined;
  const type = options.conf.has(REF_ID) ? 'engineAuthType' : 'authType';
  const isProtected = isDigest(config[type], type) || (config.aclEnabled && digest !== undefined);
  if (isProtected && digest === undefined) {
    throw new SenbonError('CONFIG_CONFLICT', {
      keys: `${zooKeeperArea[type].name} and ${zooKeeperArea.digest.name}`,
      problem: 'DIGEST needs the credentials user:password in the second',
    });
  }
  if (digest !== undefined && !/^[^:]+:./.test(digest)) {
    throw new SenbonError('CONFIG_INVALID', {
      key: zooKeeperArea.digest.name,
      value: '***',
      where: 'the ZooKeeper discovery plugin',
      problem: 'it must be user:password',
    });
  }
  return {
    ensemble: parseAddresses(options.addresses),
    sessionTimeoutMs: options.sessionTimeoutMs,
    connectTimeoutMs: options.connectTimeoutMs,
    creationTimeoutMs: config.creationTimeoutMs,
    digest,
    acl: isProtected ? [worldRead, creatorAll] : null,
    secretAcl: digest === undefined ? null : [creatorAll],
    backoff: { baseMs: config.baseWaitMs, maxMs: config.maxWaitMs },
  };
}

function isDigest(type: (typeof AUTH_TYPES)[number], name: 'authType' | 'engineAuthType'): boolean {
  if (type !== 'KERBEROS') return type === 'DIGEST';
  throw new SenbonError('FEATURE_UNSUPPORTED', {
    feature: `Kerberos towards ZooKeeper (${zooKeeperArea[name].name}=KERBEROS; choose DIGEST or NONE)`,
  });
}
