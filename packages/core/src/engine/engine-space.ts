import { trimSlashes } from '../config/trim-slashes.ts';
import type { ShareLevel } from './config.ts';

export interface EngineSpaceInput {
  /** The server space, `kyuubi.ha.namespace`. */
  readonly namespace: string;
  readonly version: string;
  readonly shareLevel: ShareLevel;
  readonly engineType: string;
  readonly sessionUser: string;
  /** The session user's primary group; only GROUP reads it. */
  readonly group: string;
  /** The gateway's own OS user; SERVER and SERVER_LOCAL read it. */
  readonly serverUser: string;
  /** The gateway's address; only SERVER_LOCAL reads it. */
  readonly serverIp: string;
  readonly subdomain: string | null;
  /** The session's id: the last level of a CONNECTION space, and the launch's reference. */
  readonly refId: string;
}

/** Where engines for a session register, and how one is launched for it; paths and names are Kyuubi's. */
export interface EngineSpace {
  readonly path: string;
  /** Path of the space's launch lock; `null` for CONNECTION, which nobody shares. */
  readonly lockPath: string | null;
  /** Who shares the engine: a user, a group, or the gateway's own user. */
  readonly routingUser: string;
  readonly shareLevel: ShareLevel;
  readonly engineType: string;
  /** Name for the engine's application: `kyuubi_USER_DUCKDB_alice_default_<refId>`. */
  readonly engineName: string;
}

const DEFAULT_SUBDOMAIN = 'default';

export function engineSpaceOf(input: EngineSpaceInput): EngineSpace {
  const { shareLevel, engineType, refId } = input;
  const routingUser = routingUserOf(input);
  const leaf = leafOf(input);
  const root = rootOf(input);
  const user = encodeSegment(routingUser);
  const isShared = shareLevel !== 'CONNECTION';
  return {
    path: `${root}/${user}/${encodeSegment(leaf)}`,
    lockPath: isShared ? `${root}_lock/${user}/${encodeSegment(leaf)}` : null,
    routingUser,
    shareLevel,
    engineType,
    engineName: `kyuubi_${shareLevel}_${engineType}_${routingUser}_${isShared ? `${leaf}_` : ''}${refId}`,
  };
}

/** Where POLLING counts the sessions of an engine pool, for all gateways. */
export function poolCounterPathOf(input: EngineSpaceInput, poolName: string): string {
  return `${rootOf(input)}_seqNum/${encodeSegment(routingUserOf(input))}/${encodeSegment(poolName)}`;
}

function rootOf({ namespace, version, shareLevel, engineType }: EngineSpaceInput): string {
  return `/${trimSlashes(namespace)}_${version}_${shareLevel}_${encodeSegment(engineType)}`;
}

function routingUserOf(input: EngineSpaceInput): string {
  switch (input.shareLevel) {
    case 'CONNECTION':
    case 'USER':
      return input.sessionUser;
    case 'GROUP':
      return input.group;
    case 'SERVER':
    case 'SERVER_LOCAL':
      return input.serverUser;
  }
}

function leafOf(input: EngineSpaceInput): string {
  const subdomain = input.subdomain ?? DEFAULT_SUBDOMAIN;
  switch (input.shareLevel) {
    case 'CONNECTION':
      return input.refId;
    case 'SERVER_LOCAL':
      return `${input.serverIp}_${subdomain}`;
    case 'USER':
    case 'GROUP':
    case 'SERVER':
      return subdomain;
  }
}

/**
 * A user or subdomain is one level of a path, whatever the client called itself: `a/b` must not reach into another's
 * space. Characters that ZooKeeper refuses in paths are percent-encoded, and so is `%` itself.
 */
export function encodeSegment(segment: string): string {
  if (segment === '.' || segment === '..') return segment.replaceAll('.', '%2E');
  return segment
    .replace(LONE_SURROGATE, '\ufffd')
    .replace(REFUSED_IN_PATHS, (character) => encodeURIComponent(character));
}

const LONE_SURROGATE = /\p{Surrogate}/gu;
const REFUSED_IN_PATHS = /[%/\p{Cc}\u{e000}-\u{f8ff}\u{fff0}-\u{10ffff}]/gu;
