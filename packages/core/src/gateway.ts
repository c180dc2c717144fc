import { join } from 'node:path';
import { serverSpaceSecret } from './auth/server-space-secret.ts';
import { readArea } from './config/area.ts';
import type { Conf } from './config/conf.ts';
import { engineArea, securityArea } from './engine/config.ts';
import { EngineBroker } from './engine/engine-broker.ts';
import { EngineDirectory } from './engine/engine-directory.ts';
import { EngineLauncher } from './engine/engine-launcher.ts';
import { SenbonError } from './errors/senbon-error.ts';
import { authArea, authModeOf } from './frontend/auth.ts';
import { frontendArea } from './frontend/config.ts';
import type { Frontend } from './frontend/frontend.ts';
import { guardDiscovery } from './guard/guard-discovery.ts';
import { createFrontends } from './frontend/create-frontends.ts';
import { advertisedHostOf, localIp } from './lifecycle/addresses.ts';
import { advertisedServers, spaceOf } from './lifecycle/advertised-servers.ts';
import { haArea, lifecycleArea } from './lifecycle/config.ts';
import { Drain } from './lifecycle/drain.ts';
import { ServerRegistrations } from './lifecycle/server-registrations.ts';
import { atMost } from './observe/at-most.ts';
import type { Clock } from './ports/clock.ts';
import type { DiscoveryClient, DiscoveryPlugin } from './ports/discovery.ts';
import type { EnginePlugin } from './ports/engine.ts';
import type { Logger } from './ports/logger.ts';
import { EngineRelay } from './relay/engine-relay.ts';
import { sessionArea } from './session/config.ts';
import { SessionManager } from './session/session-manager.ts';
import { SessionPlanner } from './session/session-planner.ts';

export interface GatewayOptions {
  readonly conf: Conf;
  readonly version: string;
  readonly discovery: {
    readonly plugin: DiscoveryPlugin;
    /** As engines and this gateway reach it. */
    readonly addresses: string;
    readonly isEmbedded: boolean;
  };
  readonly enginePlugins: readonly EnginePlugin[];
  /** When neither server nor session names a type. */
  readonly defaultEngineType: string;
  /** `KYUUBI_WORK_DIR_ROOT`. */
  readonly workDirRoot: string;
  /** The OS user this process runs as. */
  readonly serverUser: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export const GatewayState = {
  created: 'created',
  starting: 'starting',
  running: 'running',
  /** Deregistered: no new session, the present ones are served. */
  draining: 'draining',
  stopping: 'stopping',
  stopped: 'stopped',
} as const;
export type GatewayState = (typeof GatewayState)[keyof typeof GatewayState];

const moves: Readonly<Record<GatewayState, readonly GatewayState[]>> = {
  created: ['starting', 'stopping'],
  starting: ['running', 'stopping'],
  running: ['draining', 'stopping'],
  draining: ['stopping'],
  stopping: ['stopped'],
  stopped: [],
};

/** How long engines are given to hear that their sessions are over. */
const FAREWELL_MS = 3_000;
/** After a drain: how long clients are given to take the answers that are on their way. */
const LAST_ANSWERS_MS = 3_000;
/** Nothing that closes, discovery that is down least of all, holds up the stop for longer. */
const CLOSE_PATIENCE_MS = 20_000;
/** A launch may be preceded by a wait for the space's lock, which takes as long. */
const READY_PATIENCE = 2.5;

/** A gateway: frontends for clients, a session router, and the way to engines. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #logger: Logger;
  readonly #hardStop = new AbortController();
  readonly #stopped: Promise<void>;
  #settleStopped: () => void = () => {};
  #state: GatewayState = GatewayState.created;
  #opening: Promise<void> = Promise.resolve();
  /** What is open, in the order it was opened; closed in reverse. */
  readonly #closers: ((graceMs: number) => Promise<void>)[] = [];
  #frontends: readonly Frontend[] = [];
  #sessions: SessionManager | null = null;
  #registrations: ServerRegistrations | null = null;
  #drain: Drain | null = null;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#logger = options.logger.named('server.KyuubiServer');
    this.#stopped = new Promise((resolve) => {
      this.#settleStopped = resolve;
    });
  }

  get state(): GatewayState {
    return this.#state;
  }

  get frontends(): readonly Frontend[] {
    return this.#frontends;
  }

  get openSessions(): number {
    return this.#sessions?.directory.size ?? 0;
  }

  /** Resolves when the gateway has stopped, for whatever reason. */
  get stopped(): Promise<void> {
    return this.#stopped;
  }

  /** Throws CONFIG_*, DISCOVERY_UNREACHABLE, BIND_FAILED; nothing is left open then. */
  async start(): Promise<void> {
    this.#move('starting', 'start');
    const opening = this.#open();
    this.#opening = opening.catch(() => {});
    try {
      await opening;
    } catch (error) {
      await this.#stop('it could not start');
      throw error;
    }
    this.#move('running', 'registered');
  }

  /**
   * Graceful end: deregisters, takes no new sessions, and stops when the last one has gone or after
   * `kyuubi.server.drain.deadline`. Idempotent; resolves when stopped.
   */
  async drain(why: string): Promise<void> {
    if (this.#state === 'running' && this.#drain !== null) {
      this.#move('draining', why);
      // Not waited for: discovery may be what is down.
      this.#registrations
        ?.close()
        .catch((error: unknown) => this.#logger.warn('Could not deregister', error));
      await this.#drain.run(this.#hardStop.signal);
      await this.#stop(why, LAST_ANSWERS_MS);
    } else if (this.#state === 'created' || this.#state === 'starting') {
      await this.#stop(why);
    }
    await this.#stopped;
  }

  /** Stops now; open sessions are closed. Idempotent. */
  async destroy(why: string): Promise<void> {
    this.#hardStop.abort(new SenbonError('OPERATION_CANCELED'));
    if (this.#state !== 'draining') await this.#stop(why);
    await this.#stopped;
  }

  async #open(): Promise<void> {
    const { conf, discovery, clock, logger, enginePlugins, workDirRoot, serverUser, defaultEngineType } =
      this.#options;
    const ha = readArea(haArea, conf);
    const frontend = readArea(frontendArea, conf);
    const engine = readArea(engineArea, conf);
    const security = readArea(securityArea, conf);
    const session = readArea(sessionArea, conf);
    const auth = authModeOf(readArea(authArea, conf));
    const plugin = guardDiscovery(discovery.plugin, {
      callTimeoutMs: ha.callTimeoutMs,
      clock,
      logger: logger.named(`discovery.${discovery.plugin.name}`),
    });
    const client = await plugin.open(
      {
        addresses: discovery.addresses,
        sessionTimeoutMs: ha.sessionTimeoutMs,
        connectTimeoutMs: ha.connectTimeoutMs,
        conf: conf.toMap(),
        logger: logger.named(`discovery.${discovery.plugin.name}`),
      },
      { signal: this.#hardStop.signal },
    );
    this.#closers.push(() => client.close());
    this.#checkStarting();
    const secret = await serverSpaceSecret({
      config: security,
      isDiscoveryEmbedded: discovery.isEmbedded,
      records: client.records,
      namespace: ha.namespace,
      file: join(workDirRoot, '.internal-secret'),
    });
    const engines = new EngineDirectory({ config: engine, secret: security.enabled ? secret : null, clock });
    const plugins = new Map(enginePlugins.map((plugin) => [plugin.type, plugin]));
    const brokerLogger = logger.named('engine.EngineBroker');
    const launcher = new EngineLauncher({
      discovery: client,
      plugins,
      secret,
      workDirRoot,
      clock,
      logger: brokerLogger,
    });
    const broker = new EngineBroker({ discovery: client, launcher, engines, clock, logger: brokerLogger });
    this.#closers.push(async () => {
      await broker.close();
      engines.close();
    });
    const sessionLogger = logger.named('session.KyuubiSessionManager');
    const planner = new SessionPlanner({
      serverConf: conf,
      namespace: ha.namespace,
      discoveryAddresses: discovery.addresses,
      isDiscoveryEmbedded: discovery.isEmbedded,
      defaultEngineType,
      serverUser,
      serverIp: localIp(),
      rules: session,
      logger: sessionLogger,
    });
    const sessions = new SessionManager({
      config: session,
      planner,
      broker,
      engines,
      clock,
      logger: sessionLogger,
    });
    this.#sessions = sessions;
    this.#closers.push(() => sessions.destroy('the gateway stops', FAREWELL_MS));
    const advertisedHost = await advertisedHostOf({
      advertisedHost: frontend.advertisedHost,
      bindHost: frontend.binaryHost,
      useHostname: frontend.useHostname,
    });
    this.#frontends = createFrontends({
      config: frontend,
      session,
      auth,
      sessions,
      relay: new EngineRelay({ readyTimeoutMs: engine.initializeTimeoutMs * READY_PATIENCE }),
      advertisedHost,
      version: this.#options.version,
      admit: () => this.#admit(),
      clock,
      logger,
    });
    for (const listener of this.#frontends) {
      this.#closers.push((graceMs) => listener.close(graceMs));
      this.#checkStarting();
      await listener.listen();
    }
    this.#checkStarting();
    await this.#register(client, advertisedHost, auth);
    this.#checkStarting();
  }

  /** Throws OPERATION_CANCELED when somebody stops the gateway while it starts; what it opened is closed then. */
  #checkStarting(): void {
    if (this.#state !== 'starting') throw new SenbonError('OPERATION_CANCELED');
  }

  async #register(client: DiscoveryClient, host: string, authentication: string): Promise<void> {
    const { conf, version, clock, discovery } = this.#options;
    const ha = readArea(haArea, conf);
    const lifecycle = readArea(lifecycleArea, conf);
    const servers = advertisedServers({
      ha,
      frontend: readArea(frontendArea, conf),
      frontends: this.#frontends,
      host,
      version,
      authentication,
      canPublish: discovery.plugin.supports.publishedConfigs,
    });
    this.#drain = new Drain({
      sessions: this.#sessions as SessionManager,
      registry: client.registry,
      spaces: new Set([spaceOf(ha.namespace), ...servers.map(({ space }) => space)]),
      instances: this.#frontends.map(({ port }) => `${host}:${port}`),
      deadlineMs: lifecycle.drainDeadlineMs,
      reportIntervalMs: lifecycle.drainCheckMs,
      clock,
      logger: this.#logger,
    });
    const registrations = new ServerRegistrations({
      registry: client.registry,
      servers,
      discovery: discovery.plugin.name,
      logger: this.#logger,
      onDeleted: (instance) => this.#onDeleted(instance),
    });
    this.#registrations = registrations;
    // Opened last, so closed first: nobody is sent to a gateway that does not serve any more.
    this.#closers.push(() => registrations.close());
    await registrations.open();
  }

  #onDeleted(instance: string): void {
    this.#logger.warn(
      `This Kyuubi instance ${instance} is now de-registered from ZooKeeper. The server will be shut down after the last client session completes.`,
    );
    void this.drain('its node was deleted');
  }

  #admit(): void {
    if (this.#state === 'running' || this.#state === 'starting') return;
    if (this.#drain !== null) throw this.#drain.refusal();
    throw new SenbonError('SERVER_DRAINING', { instance: 'unknown', advice: '' });
  }

  async #stop(why: string, graceMs = 0): Promise<void> {
    if (this.#state === 'stopping' || this.#state === 'stopped') return;
    this.#move('stopping', why);
    this.#hardStop.abort(new SenbonError('OPERATION_CANCELED'));
    const { clock } = this.#options;
    await atMost(clock, CLOSE_PATIENCE_MS, this.#opening);
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        if (await atMost(clock, CLOSE_PATIENCE_MS, close(graceMs))) continue;
        this.#logger.warn(`Something did not close within ${CLOSE_PATIENCE_MS} ms`);
      } catch (error) {
        this.#logger.warn('Something did not close cleanly', error);
      }
    }
    this.#move('stopped', why);
    this.#settleStopped();
  }

  #move(to: GatewayState, why: string): void {
    if (!moves[this.#state].includes(to)) {
      throw new SenbonError('INTERNAL', { problem: `a gateway cannot go from ${this.#state} to ${to}` });
    }
    this.#logger.info(`${this.#state} -> ${to} (${why})`);
    this.#state = to;
  }
}
