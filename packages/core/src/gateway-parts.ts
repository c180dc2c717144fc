import { join } from 'node:path';
import { serverSpaceSecret } from './auth/server-space-secret.ts';
import { readArea } from './config/area.ts';
import { engineArea, enginePoolArea, launchLimitArea, securityArea } from './engine/config.ts';
import { EngineBroker } from './engine/engine-broker.ts';
import { EngineDirectory } from './engine/engine-directory.ts';
import { EngineLauncher } from './engine/engine-launcher.ts';
import { Permits } from './observe/permits.ts';
import { PoolCounter } from './engine/pool-counter.ts';
import { PoolMembers } from './engine/pool-members.ts';
import { SurvivingEngines } from './engine/surviving-engines.ts';
import { authArea, authModeOf } from './frontend/auth.ts';
import { frontendArea } from './frontend/config.ts';
import { createFrontends } from './frontend/create-frontends.ts';
import type { Frontend } from './frontend/frontend.ts';
import { Handover } from './handover/handover.ts';
import { checkInheritance } from './handover/inheritance.ts';
import { Neighbour } from './handover/neighbour.ts';
import { Neighbours } from './handover/neighbours.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { guardDiscovery } from './guard/guard-discovery.ts';
import { GuardedGroups } from './guard/guard-groups.ts';
import { advertisedHostOf, localIp } from './lifecycle/addresses.ts';
import { advertisedServers, spaceOf, spacesOf } from './lifecycle/advertised-servers.ts';
import { haArea, lifecycleArea } from './lifecycle/config.ts';
import { DeadNeighbours } from './lifecycle/dead-neighbours.ts';
import { DiscoveryLoss } from './lifecycle/discovery-loss.ts';
import { Drain } from './lifecycle/drain.ts';
import { DrainNotice } from './lifecycle/drain-notice.ts';
import type { DrainRequest } from './lifecycle/drain-record.ts';
import { type Drainable, gatewayAdmin } from './lifecycle/gateway-admin.ts';
import type { LeftSessions } from './lifecycle/left-sessions.ts';
import { LoadReport } from './lifecycle/load-report.ts';
import { wasDeletedUnseen } from './lifecycle/missed-deletion.ts';
import { isDeadProcess } from './lifecycle/process-identity.ts';
import { ServerRegistrations } from './lifecycle/server-registrations.ts';
import type { DiscoveryClient } from './ports/discovery.ts';
import { EngineRelay } from './relay/engine-relay.ts';
import { profileArea, sessionArea } from './session/config.ts';
import { SessionDirectory } from './session/session-directory.ts';
import { SessionManager } from './session/session-manager.ts';
import { SessionPlanner } from './session/session-planner.ts';
import { SessionProfiles } from './session/session-profiles.ts';

/** How long engines are given to hear that their sessions are over. */
const FAREWELL_MS = 3_000;
/** A launch may be preceded by a wait for the space's lock, which takes as long. */
const READY_PATIENCE = 2.5;
/** And by one for its turn, which the lock's holder may have had as well. */
const LIMITED_READY_PATIENCE = 4.5;

/** Takes what closes a part that has been opened; called in the order of opening. */
export type Own = (close: (graceMs: number) => Promise<void>) => void;

export interface SessionParts {
  readonly client: DiscoveryClient;
  readonly sessions: SessionManager;
}

/** Before anything is opened, so that a wrong value is told at once. Throws CONFIG_INVALID. */
export function checkConfiguration({
  conf,
  inheritance,
  discovery,
}: Pick<GatewayOptions, 'conf' | 'inheritance'> & Partial<Pick<GatewayOptions, 'discovery'>>): void {
  for (const area of [
    haArea,
    lifecycleArea,
    frontendArea,
    engineArea,
    enginePoolArea,
    securityArea,
    sessionArea,
    profileArea,
  ]) {
    readArea(area, conf);
  }
  authModeOf(readArea(authArea, conf));
  if (inheritance === undefined) return;
  const { namespace } = readArea(haArea, conf);
  const addresses = discovery?.addresses ?? null;
  checkInheritance({ frontend: readArea(frontendArea, conf), namespace, addresses }, inheritance);
}

/** Service discovery, guarded. Throws DISCOVERY_UNREACHABLE. */
export function openDiscovery(
  { conf, discovery, clock, logger: root }: GatewayOptions,
  signal: AbortSignal,
): Promise<DiscoveryClient> {
  const ha = readArea(haArea, conf);
  const logger = root.named(`discovery.${discovery.plugin.name}`);
  const plugin = guardDiscovery(discovery.plugin, { callTimeoutMs: ha.callTimeoutMs, clock, logger });
  const { addresses } = discovery;
  const { sessionTimeoutMs, connectTimeoutMs } = ha;
  return plugin.open(
    { addresses, sessionTimeoutMs, connectTimeoutMs, conf: conf.toMap(), logger },
    { signal },
  );
}

/** The way from a session to its engine. Throws CONFIG_INVALID. */
export async function createSessions(
  options: GatewayOptions,
  client: DiscoveryClient,
  own: Own,
): Promise<SessionManager> {
  const { conf, discovery, clock, logger, enginePlugins, workDirRoot } = options;
  const { namespace } = readArea(haArea, conf);
  const security = readArea(securityArea, conf);
  const session = readArea(sessionArea, conf);
  const config = readArea(engineArea, conf);
  const secret = await serverSpaceSecret({
    config: security,
    isDiscoveryEmbedded: discovery.isEmbedded,
    records: client.records,
    namespace,
    file: join(workDirRoot, '.internal-secret'),
  });
  const engines = new EngineDirectory({ config, secret: security.enabled ? secret : null, clock });
  const plugins = new Map(enginePlugins.map((plugin) => [plugin.type, plugin]));
  const engineLogger = logger.named('engine.EngineBroker');
  const common = { discovery: client, clock, logger: engineLogger };
  const { startups } = readArea(launchLimitArea, conf);
  const permits = startups === null ? undefined : new Permits(startups, clock);
  const launcher = new EngineLauncher({ ...common, plugins, secret, workDirRoot, permits });
  const survivors = discovery.isEmbedded
    ? { survivors: new SurvivingEngines({ ...common, registry: client.registry, workDirRoot }) }
    : {};
  const broker = new EngineBroker({ ...common, launcher, engines, ...survivors });
  own(async () => {
    await broker.close();
    engines.close();
  });
  const sessionLogger = logger.named('session.KyuubiSessionManager');
  const directory = new SessionDirectory();
  const planner = new SessionPlanner({
    serverConf: conf,
    namespace,
    discoveryAddresses: discovery.addresses,
    isDiscoveryEmbedded: discovery.isEmbedded,
    defaultEngineType: options.defaultEngineType,
    serverUser: options.serverUser,
    serverIp: localIp(),
    rules: session,
    profiles: new SessionProfiles({
      config: readArea(profileArea, conf),
      confDir: options.confDir,
      clock,
      logger: sessionLogger,
    }),
    groups: new GuardedGroups(options.groupProvider, { clock, logger: sessionLogger }),
    pools: new PoolMembers({
      counter: new PoolCounter(client.records),
      sessionsIn: (path) => directory.countIn(path),
      random: Math.random,
      logger: engineLogger,
    }),
    logger: sessionLogger,
  });
  const sessions = new SessionManager({
    config: session,
    directory,
    planner,
    broker,
    engines,
    clock,
    logger: sessionLogger,
  });
  own(() => sessions.destroy('the gateway stops', FAREWELL_MS));
  return sessions;
}

export interface Door {
  /** As clients are told. */
  readonly host: string;
  /** Not listening yet. */
  readonly frontends: readonly Frontend[];
  readonly handover: Handover;
}

export interface DoorInput extends SessionParts {
  readonly gateway: Drainable;
  readonly admit: () => Promise<void>;
  readonly left: (deadlineMs: number | null) => Promise<LeftSessions>;
}

/** Throws CONFIG_INVALID. */
export async function createDoor(
  { conf, version, discovery, inheritance, serverUser, clock, logger }: GatewayOptions,
  { client, sessions, gateway, admit, left }: DoorInput,
): Promise<Door> {
  const ha = readArea(haArea, conf);
  const config = readArea(frontendArea, conf);
  const host = await advertisedHostOf({
    advertisedHost: config.advertisedHost,
    bindHost: config.binaryHost,
    useHostname: config.useHostname,
  });
  const { initializeTimeoutMs, callTimeoutMs } = readArea(engineArea, conf);
  const isLimited = readArea(launchLimitArea, conf).startups !== null;
  const patience = isLimited ? LIMITED_READY_PATIENCE : READY_PATIENCE;
  const readyTimeoutMs = initializeTimeoutMs * patience;
  const neighbour = {
    answerTimeoutMs: readyTimeoutMs + callTimeoutMs,
    clock,
    logger: logger.named('server.KyuubiServer'),
  };
  const neighbours = new Neighbours(
    inheritance === undefined ? null : new Neighbour(inheritance.backDoor, neighbour),
  );
  const { frontends, backDoor } = createFrontends({
    config,
    session: readArea(sessionArea, conf),
    auth: authModeOf(readArea(authArea, conf)),
    sessions,
    relay: new EngineRelay({ readyTimeoutMs }),
    advertisedHost: host,
    version,
    inherited: inheritance?.sockets ?? [],
    elsewhere: neighbours,
    admit,
    left,
    admin: gatewayAdmin({
      gateway,
      registry: client.registry,
      spaces: spacesOf(ha),
    }),
    serverUser,
    clock,
    logger,
  });
  const space = { namespace: ha.namespace, addresses: discovery.addresses };
  return {
    host,
    frontends,
    handover: new Handover({ frontends, backDoor, neighbours, neighbour, space, clock }),
  };
}

export interface ServerLifeInput extends SessionParts, Door {
  readonly onDeleted: () => void;
  readonly onRequest: (request: DrainRequest) => void;
  readonly onLost: () => void;
}

export interface ServerLife {
  /** `host:port`, for messages. */
  readonly instance: string;
  readonly notice: DrainNotice;
  readonly loss: DiscoveryLoss;
  readonly drain: Drain;
  readonly registrations: ServerRegistrations;
}

/** What shows this gateway to others, and takes it away. Nothing is registered yet. Throws CONFIG_*. */
export function createServerLife(options: GatewayOptions, input: ServerLifeInput): ServerLife {
  const { conf, version, clock, discovery } = options;
  const { client, sessions, host, frontends, handover, onDeleted, onRequest, onLost } = input;
  const logger = options.logger.named('server.KyuubiServer');
  const { registry } = client;
  const ha = readArea(haArea, conf);
  const lifecycle = readArea(lifecycleArea, conf);
  // What drivers speak to; REST is not found by anybody, as in Kyuubi.
  const thrift = frontends.filter(({ protocol }) => protocol !== 'REST');
  const servers = advertisedServers({
    ha,
    frontend: readArea(frontendArea, conf),
    frontends: thrift,
    host,
    version,
    authentication: authModeOf(readArea(authArea, conf)),
    canPublish: discovery.plugin.supports.publishedConfigs,
  });
  const instances = thrift.map(({ port }) => `${host}:${port}`);
  const addresses = servers.map(({ space, node }) => ({ space, host: node.host, port: node.port }));
  const notice = new DrainNotice({
    records: client.records,
    addresses:
      addresses.length > 0 ? addresses : [{ space: spaceOf(ha.namespace), host, port: thrift[0]?.port ?? 0 }],
    clock,
    logger,
    onRequest,
  });
  const { before } = handover;
  const drain = new Drain({
    sessions,
    registry,
    spaces: spacesOf(ha),
    instances,
    deadlineMs: lifecycle.drainDeadlineMs,
    reportIntervalMs: lifecycle.drainCheckMs,
    settled: () => handover.settled(),
    before: before === null ? null : (deadlineMs) => before.left(deadlineMs),
    clock,
    logger,
  });
  const load = new LoadReport({
    records: client.records,
    registry,
    addresses,
    sessions: () => sessions.directory.size,
    intervalMs: ha.loadIntervalMs,
    clock,
    logger,
  });
  const neighbours = new DeadNeighbours({
    records: client.records,
    registry,
    spaces: new Set(addresses.map(({ space }) => space)),
    intervalMs: ha.loadIntervalMs,
    isDead: isDeadProcess,
    clock,
    logger,
  });
  const registrations = new ServerRegistrations({
    registry,
    connection: client.connection,
    wasDeletedUnseen: (paths) => wasDeletedUnseen(client.records, addresses, paths),
    servers,
    discovery: discovery.plugin.name,
    beside: [load, neighbours],
    logger,
    onDeleted,
  });
  const loss = new DiscoveryLoss({
    connection: client.connection,
    timeoutMs: ha.sessionTimeoutMs,
    action: ha.lostAction,
    clock,
    logger,
    onLost,
  });
  return { instance: instances[0] ?? host, notice, loss, drain, registrations };
}
