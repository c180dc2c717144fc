import type { TOpenSessionReq } from '@senbon/hive-thrift';
import { type AreaConfig, readArea } from '../config/area.ts';
import { Conf } from '../config/conf.ts';
import { engineAddressArea, engineArea, enginePoolArea, type ShareLevel } from '../engine/config.ts';
import { engineAddressConf, isLoopbackOnly } from '../engine/engine-address.ts';
import {
  type EngineSpace,
  type EngineSpaceInput,
  engineSpaceOf,
  poolCounterPathOf,
} from '../engine/engine-space.ts';
import type { PoolMembers } from '../engine/pool-members.ts';
import type { GuardedGroups } from '../guard/guard-groups.ts';
import { SenbonError } from '../errors/senbon-error.ts';
import type { Logger } from '../ports/logger.ts';
import type { ClientContext } from './client-context.ts';
import { profileArea } from './config.ts';
import type { SessionProfiles } from './session-profiles.ts';
import type { SessionConfRules } from './session-conf.ts';
import { commonDefaults, defaultsFor, normalizeSessionConf } from './session-conf.ts';

export interface SessionPlannerOptions {
  readonly serverConf: Conf;
  /** `kyuubi.ha.namespace` as resolved, and `kyuubi.ha.addresses` as engines reach it. */
  readonly namespace: string;
  readonly discoveryAddresses: string;
  readonly isDiscoveryEmbedded: boolean;
  readonly defaultEngineType: string;
  /** The gateway's OS user. */
  readonly serverUser: string;
  readonly serverIp: string;
  readonly rules: SessionConfRules;
  readonly profiles: SessionProfiles;
  readonly groups: Pick<GuardedGroups, 'primaryGroupOf'>;
  readonly pools: PoolMembers;
  readonly logger: Logger;
}

/** Everything that follows from an OpenSession request before anything is done about it. */
export interface SessionPlan {
  readonly user: string;
  readonly sessionConf: ReadonlyMap<string, string>;
  /** Made when it is needed: most sessions find an engine. */
  readonly launchConf: () => ReadonlyMap<string, string>;
  readonly config: AreaConfig<typeof engineArea>;
  readonly space: EngineSpace;
}

interface Whose {
  readonly user: string;
  readonly group: string;
  readonly refId: string;
}

/** Families of server keys that are no engine's business. */
const NOT_FOR_ENGINES = [
  'kyuubi.frontend.',
  'kyuubi.authentication',
  'kyuubi.backend.server.',
  'kyuubi.metadata.',
  'kyuubi.server.',
  'kyuubi.zookeeper.embedded.',
  'kyuubi.internal.security.secret.',
  'kyuubi.engine.security.secret.',
] as const;

/**
 * Levels whose engines serve others than the user whose session launches them. Whatever of `kyuubi.*` an engine reads at its
 * start, from its bounds to `kyuubi.engine.session.initialize.sql`, holds for all of them, so it is the server's word
 * alone; Kyuubi takes the launching session's. Confs of what runs in the engine (`spark.*`) are the session's, as there.
 */
const SHARED_LEVELS: ReadonlySet<ShareLevel> = new Set(['GROUP', 'SERVER', 'SERVER_LOCAL']);

/** What file systems take as one name. */
const MAX_SEGMENT_BYTES = 255;
const QUOTED_CHARS = 32;

/** Turns an OpenSession request into a user, an engine space and the confs for session and engine. */
export class SessionPlanner {
  readonly #options: SessionPlannerOptions;
  /** The server's conf, for every session. */
  readonly #serverConf: ReadonlyMap<string, string>;
  readonly #engineAddress: ReadonlyMap<string, string>;

  constructor(options: SessionPlannerOptions) {
    const { serverConf, discoveryAddresses, isDiscoveryEmbedded } = options;
    const isLocal = isDiscoveryEmbedded || isLoopbackOnly(discoveryAddresses);
    this.#options = options;
    this.#serverConf = serverConf.toMap();
    this.#engineAddress = engineAddressConf(readArea(engineAddressArea, serverConf), isLocal);
  }

  /**
   * Resolves to the last step, for the caller to take in the turn in which it counts the session (see PoolMembers). Throws
   * SESSION_CONF_* and CONFIG_* for what the client sent or a profile has, AUTHENTICATION_FAILED for a proxy user, GROUP_UNKNOWN.
   */
  async prepare(request: TOpenSessionReq, client: ClientContext, refId: string): Promise<() => SessionPlan> {
    const { rules, logger } = this.#options;
    const user = userOf(request, client);
    const sent = normalizeSessionConf(request.configuration ?? new Map(), rules, logger);
    refuseProxyUser(sent, user);
    const defaults = defaultsFor(user, this.#serverConf);
    const asked = Conf.of(Object.fromEntries(defaults), 'server').with(
      Object.fromEntries(sent),
      'the session',
    );
    const overlay = await this.#options.profiles.overlayOf(readArea(profileArea, asked).profiles);
    const conf = asked.merge(overlay);
    const own = new Map([...sent, ...overlay.toMap()]);
    const config = readArea(engineArea, conf);
    const group = config.shareLevel === 'GROUP' ? await this.#options.groups.primaryGroupOf(user) : user;
    const input = this.#spaceInput(config, { user, group, refId });
    checkSegments(engineSpaceOf(input));
    const subdomain = await this.#subdomain(input, conf);
    return () => {
      const space = engineSpaceOf({ ...input, subdomain: subdomain() });
      return {
        user,
        config,
        space,
        sessionConf: this.#sessionConf(own, user, client),
        launchConf: () => this.#launchConf(conf.toMap(), space, refId),
      };
    };
  }

  #spaceInput(config: AreaConfig<typeof engineArea>, { user, group, refId }: Whose): EngineSpaceInput {
    const { namespace, defaultEngineType, serverUser, serverIp } = this.#options;
    return {
      namespace,
      version: config.spaceVersion,
      shareLevel: config.shareLevel,
      engineType: (config.type ?? defaultEngineType).toUpperCase(),
      sessionUser: user,
      group,
      serverUser,
      serverIp,
      subdomain: config.subdomain,
      refId,
    };
  }

  /** The configured one, or the choice of one of the pool. */
  async #subdomain(input: EngineSpaceInput, conf: Conf): Promise<() => string | null> {
    const config = readArea(enginePoolArea, conf);
    const isPooled =
      config.size > 0 &&
      input.shareLevel !== 'CONNECTION' &&
      (input.subdomain === null || config.ignoreSubdomain);
    if (!isPooled) return () => input.subdomain;
    const pathOf = (subdomain: string) => engineSpaceOf({ ...input, subdomain }).path;
    const longest = `${config.name}-${config.sizeThreshold}`;
    checkSegments(engineSpaceOf({ ...input, subdomain: longest }));
    const counterPath = poolCounterPathOf(input, config.name);
    return this.#options.pools.prepare({ config, counterPath, pathOf });
  }

  #sessionConf(own: ReadonlyMap<string, string>, user: string, client: ClientContext): Map<string, string> {
    return new Map([
      ['kyuubi.client.ipAddress', client.ip],
      ['kyuubi.server.ipAddress', this.#options.serverIp],
      ...own,
      ['kyuubi.session.real.user', user],
    ]);
  }

  #launchConf(own: ReadonlyMap<string, string>, space: EngineSpace, refId: string): Map<string, string> {
    const conf = SHARED_LEVELS.has(space.shareLevel)
      ? new Map([
          ...commonDefaults(this.#serverConf),
          ...[...own].filter(([key]) => !key.startsWith('kyuubi.')),
        ])
      : own;
    const launch = new Map(
      [...conf].filter(([key]) => !NOT_FOR_ENGINES.some((prefix) => key.startsWith(prefix))),
    );
    launch.set('kyuubi.ha.addresses', this.#options.discoveryAddresses);
    launch.set('kyuubi.ha.namespace', space.path);
    launch.set('kyuubi.ha.engine.ref.id', refId);
    launch.set('kyuubi.engine.share.level', space.shareLevel);
    launch.set('kyuubi.engine.type', space.engineType);
    launch.set('kyuubi.engine.name', space.engineName);
    launch.set('kyuubi.engine.submit.time', String(Date.now()));
    for (const [key, value] of this.#engineAddress) launch.set(key, value);
    launch.delete('kyuubi.ha.zookeeper.quorum');
    launch.delete('kyuubi.ha.zookeeper.namespace');
    return launch;
  }
}

/**
 * User, subdomain, engine type and pool name come from the client and become names in discovery and on disk. A request that is too
 * large for discovery would cost the gateway its connection to it.
 */
function checkSegments({ path }: EngineSpace): void {
  const long = path.split('/').find((segment) => Buffer.byteLength(segment) > MAX_SEGMENT_BYTES);
  if (long === undefined) return;
  throw new SenbonError('CONFIG_INVALID', {
    key: 'kyuubi.engine.share.level.subdomain (or the user, its group, kyuubi.engine.type or kyuubi.engine.pool.name)',
    value: JSON.stringify(`${long.slice(0, QUOTED_CHARS)}…`),
    where: 'the session',
    problem: `at most ${MAX_SEGMENT_BYTES} bytes are possible`,
  });
}

/** The authenticated user wins over the one in the request (impyla sends the OS user there). */
function userOf(request: TOpenSessionReq, client: ClientContext): string {
  const name = client.user ?? request.username ?? '';
  // A principal's short name ends at the first / or @.
  return /^[^/@]*/.exec(name)?.[0] || 'anonymous';
}

function refuseProxyUser(sent: ReadonlyMap<string, string>, user: string): void {
  const proxy = sent.get('kyuubi.session.proxy.user') ?? sent.get('hive.server2.proxy.user');
  if (proxy === undefined || proxy === '' || proxy === user) return;
  throw new SenbonError('AUTHENTICATION_FAILED', {
    user,
    problem: `Failed to validate proxy privilege of ${user} for ${proxy}: no proxy rules are configured`,
  });
}
