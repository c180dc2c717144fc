import type { TProtocolVersion } from '@senbon/hive-thrift';
import type { AreaConfig } from '../config/area.ts';
import { messageOf, SenbonError } from '../errors/senbon-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { DiscoveryClient, ServiceNode } from '../ports/discovery.ts';
import type { Logger } from '../ports/logger.ts';
import { createHandle } from '../session/handle.ts';
import type { engineArea } from './config.ts';
import type { EngineDirectory } from './engine-directory.ts';
import type { EngineLauncher } from './engine-launcher.ts';
import type { EngineSession } from './engine-session.ts';
import type { EngineSpace } from './engine-space.ts';
import { LaunchLog, type LineListener } from './launch-log.ts';
import { openEngineSession } from './open-engine-session.ts';
import type { SurvivingEngines } from './surviving-engines.ts';
import { isDead, isWorthRetrying, retryWaitMs } from './open-failure.ts';

export interface EngineSessionOrder {
  readonly space: EngineSpace;
  readonly sessionId: string;
  readonly user: string;
  readonly protocol: TProtocolVersion;
  /** Confs for the engine session. */
  readonly sessionConf: ReadonlyMap<string, string>;
  /** Confs for an engine that has to be launched. */
  readonly launchConf: () => ReadonlyMap<string, string>;
  readonly config: AreaConfig<typeof engineArea>;
  readonly log: LineListener;
  readonly signal: AbortSignal;
}

export interface OpenedEngineSession {
  readonly session: EngineSession;
  /** What the engine put into OpenSession's configuration: `kyuubi.engine.id`, `.name`, `.url`. */
  readonly configuration: ReadonlyMap<string, string>;
}

export interface EngineBrokerOptions {
  readonly discovery: DiscoveryClient;
  readonly launcher: EngineLauncher;
  readonly engines: EngineDirectory;
  /** Those that discovery does not know yet; absent where it outlives its gateways. */
  readonly survivors?: SurvivingEngines;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Search {
  readonly log: LaunchLog;
  readonly found: Promise<ServiceNode>;
}

/** The lock is held for the whole launch, so waiting for it takes as long, and a little more. */
const LOCK_PATIENCE = 1.1;
/** The same where the launch itself may wait as long for its turn. */
const LIMITED_LOCK_PATIENCE = 2.1;

/**
 * Finds an engine for a session or has one launched, and opens the session on it. All sessions that wait for the same
 * space share one search and so one launch; the space's lock makes that true across gateways.
 */
export class EngineBroker {
  readonly #options: EngineBrokerOptions;
  readonly #searches = new Map<string, Search>();
  readonly #closing = new AbortController();

  constructor(options: EngineBrokerOptions) {
    this.#options = options;
  }

  /**
   * Throws ENGINE_* or DISCOVERY_* when no session could be opened after the configured attempts, OPERATION_CANCELED as
   * soon as `signal` aborts.
   */
  async openSession(order: EngineSessionOrder): Promise<OpenedEngineSession> {
    const { config, signal, space, sessionId } = order;
    const doubtful = new Set<string>();
    for (let attempt = 1; ; attempt++) {
      const node = await this.#find(order);
      // An engine that was silent may have opened the session all the same, under a handle we were not told.
      const handle = doubtful.has(node.path) ? createHandle().id : sessionId;
      try {
        return await this.#openOn(node, order, handle);
      } catch (error) {
        const isLast = attempt >= config.openMaxAttempts;
        if (!isWorthRetrying(error) || isLast || signal.aborted) {
          const isOurs = space.lockPath === null;
          const isToGo = isDead(error) && isLast && config.openOnFailure !== 'RETRY';
          if (isOurs || isToGo) await this.#deregister(node, messageOf(error));
          throw error;
        }
        order.log(`Attempt ${attempt} of ${config.openMaxAttempts}: ${messageOf(error)}`);
        if (!isDead(error)) doubtful.add(node.path);
        await this.#prepareRetry(node, error, order);
      }
    }
  }

  /** Gives up every launch, whoever waits for it; resolves when what they started is killed. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled([...this.#searches.values()].map(({ found }) => found));
  }

  async #find(order: EngineSessionOrder): Promise<ServiceNode> {
    if (order.signal.aborted) throw new SenbonError('OPERATION_CANCELED');
    const { path } = order.space;
    let search = this.#searches.get(path);
    if (search === undefined) {
      const log = new LaunchLog();
      const found = this.#search(order, log).finally(() => this.#searches.delete(path));
      // It goes on when everybody who waited for it has left.
      found.catch(() => {});
      search = { log, found };
      this.#searches.set(path, search);
    }
    const unfollow = search.log.follow(order.log);
    try {
      return await orAborted(search.found, order.signal);
    } finally {
      unfollow();
    }
  }

  async #search(order: EngineSessionOrder, log: LaunchLog): Promise<ServiceNode> {
    const { discovery, launcher, survivors } = this.#options;
    const { space, config } = order;
    const present = await this.#lookUp(space.path);
    if (present !== null) return present;
    const launch = (signal: AbortSignal) =>
      launcher.launch({ space, refId: order.sessionId, conf: order.launchConf(), config, log }, signal);
    if (space.lockPath === null) {
      // Nobody else can be in a CONNECTION space, and nobody else waits for it.
      const node = await launch(AbortSignal.any([order.signal, this.#closing.signal]));
      if (order.signal.aborted) await this.#deregister(node, 'its session was closed');
      return node;
    }
    const patienceMs = Math.round(
      config.initializeTimeoutMs * (launcher.isLimited ? LIMITED_LOCK_PATIENCE : LOCK_PATIENCE),
    );
    await survivors?.appear(space.path, this.#closing.signal);
    const launchUnlessThere = async (signal: AbortSignal) => {
      const meanwhile = await this.#lookUp(space.path);
      return meanwhile ?? launch(AbortSignal.any([signal, this.#closing.signal]));
    };
    return discovery.locks.withLock(space.lockPath, patienceMs, launchUnlessThere, {
      signal: this.#closing.signal,
    });
  }

  /** The latest registered engine of the space: like Kyuubi, the last one is picked. */
  async #lookUp(path: string): Promise<ServiceNode | null> {
    const nodes = await this.#options.discovery.registry.list(path);
    return nodes.at(-1) ?? null;
  }

  async #openOn(
    node: ServiceNode,
    order: EngineSessionOrder,
    handleId: string,
  ): Promise<OpenedEngineSession> {
    const { engines, clock } = this.#options;
    const engine = engines.acquire(node);
    try {
      const { user } = order;
      const { handle, configuration } = await openEngineSession(engine, order, { handleId, clock });
      return { session: { engine, user, handle }, configuration };
    } catch (error) {
      engines.release(engine);
      throw error;
    }
  }

  async #prepareRetry(node: ServiceNode, error: unknown, order: EngineSessionOrder): Promise<void> {
    const { config, signal } = order;
    if (isDead(error) && config.openOnFailure === 'DEREGISTER_IMMEDIATELY') {
      return this.#deregister(node, messageOf(error));
    }
    const waitMs = retryWaitMs(error, config.openRetryWaitMs);
    let wake = () => {};
    const waited = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const timer = this.#options.clock.after(waitMs, wake);
    signal.addEventListener('abort', wake, { once: true });
    await waited;
    timer.cancel();
    signal.removeEventListener('abort', wake);
  }

  /** The engine behind the node, if there is one, drains. Its session's error counts more than a failure to do this. */
  async #deregister(node: ServiceNode, why: string): Promise<void> {
    const { discovery, logger } = this.#options;
    try {
      if (await discovery.registry.remove(node.path)) {
        logger.warn(`Engine ${node.host}:${node.port} is given up (${why}): removed its node ${node.path}`);
      }
    } catch (error) {
      logger.warn(`Could not remove ${node.path}`, error);
    }
  }
}

/** `work`, or OPERATION_CANCELED once `signal` aborts; `work` goes on. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(new SenbonError('OPERATION_CANCELED'));
  });
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
