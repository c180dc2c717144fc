import { type DiscoveryOptions, SenbonError, parseDuration } from '@senbon/core';
import { type Ensemble, parseAddresses } from './client/addresses.ts';
import { type NodeAcl, Permission } from './client/handle.ts';

export const Key = {
  refId: 'kyuubi.ha.engine.ref.id',
  authType: 'kyuubi.ha.zookeeper.auth.type',
  engineAuthType: 'kyuubi.ha.zookeeper.engine.auth.type',
  digest: 'kyuubi.ha.zookeeper.auth.digest',
  aclEnabled: 'kyuubi.ha.zookeeper.acl.enabled',
  baseWait: 'kyuubi.ha.zookeeper.connection.base.retry.wait',
  creationTimeout: 'kyuubi.ha.zookeeper.node.creation.timeout',
  maxWait: 'kyuubi.ha.zookeeper.connection.max.retry.wait',
} as const;

const BASE_WAIT_MS = 1_000;
const MAX_WAIT_MS = 30_000;
const CREATION_TIMEOUT_MS = 120_000;

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

/** Reads Kyuubi's `kyuubi.ha.*` keys. An engine's process (`kyuubi.ha.engine.ref.id`) has an auth type of its own. */
export function readOptions(options: DiscoveryOptions): ZkOptions {
  const { conf } = options;
  const digest = conf.get(Key.digest)?.trim() || undefined;
  const typeKey = conf.has(Key.refId) ? Key.engineAuthType : Key.authType;
  const protectedByType = readAuthType(conf.get(typeKey), typeKey);
  if (protectedByType && digest === undefined) {
    throw new SenbonError('CONFIG_CONFLICT', {
      keys: `${typeKey} and ${Key.digest}`,
      problem: 'DIGEST needs the credentials user:password in the second',
    });
  }
  if (digest !== undefined && !/^[^:]+:./.test(digest)) {
    throw invalid(Key.digest, '***', 'it must be user:password');
  }
  const isProtected = protectedByType || (conf.get(Key.aclEnabled) === 'true' && digest !== undefined);
  return {
    ensemble: parseAddresses(options.addresses),
    sessionTimeoutMs: options.sessionTimeoutMs,
    connectTimeoutMs: options.connectTimeoutMs,
    creationTimeoutMs: readMs(conf, Key.creationTimeout, CREATION_TIMEOUT_MS),
    digest,
    acl: isProtected ? [worldRead, creatorAll] : null,
    secretAcl: digest === undefined ? null : [creatorAll],
    backoff: {
      baseMs: readMs(conf, Key.baseWait, BASE_WAIT_MS),
      maxMs: readMs(conf, Key.maxWait, MAX_WAIT_MS),
    },
  };
}

function readAuthType(value: string | undefined, key: string): boolean {
  const type = (value ?? 'NONE').trim().toUpperCase();
  if (type === 'NONE') return false;
  if (type === 'DIGEST') return true;
  if (type === 'KERBEROS') {
    throw new SenbonError('FEATURE_UNSUPPORTED', {
      feature: `Kerberos towards ZooKeeper (${key}=KERBEROS; choose DIGEST or NONE)`,
    });
  }
  throw invalid(key, type, 'it must be NONE or DIGEST');
}

function readMs(conf: ReadonlyMap<string, string>, key: string, fallback: number): number {
  const text = conf.get(key);
  if (text === undefined) return fallback;
  const ms = parseDuration(text);
  if (ms === null || ms <= 0)
    throw invalid(key, text, 'it must be a duration, as PT15S or 15000 (milliseconds)');
  return ms;
}

function invalid(key: string, value: string, problem: string): SenbonError {
  return new SenbonError('CONFIG_INVALID', { key, value, where: 'the ZooKeeper discovery plugin', problem });
}
