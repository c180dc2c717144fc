import { encodeCall, TStatusCode, type TOpenSessionResp, type TProtocolVersion } from '@senbon/hive-thrift';
import type { AreaConfig } from '../config/area.ts';
import { messageOf, SenbonError } from '../errors/senbon-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { DiscoveryClient, ServiceNode } from '../ports/discovery.ts';
import type { Logger } from '../ports/logger.ts';
import { readReply } from '../relay/read-reply.ts';
import { CollectingSink } from '../relay/reply-sink.ts';
import type { engineArea } from './config.ts';
import type { Engine, EngineDirectory } from './engine-directory.ts';
import type { EngineLauncher } from './engine-launcher.ts';
import type { EngineSession } from './engine-session.ts';
import type { EngineSpace } from './engine-space.ts';
import { LaunchLog, type LineListener } from './launch-log.ts';

export interface EngineSessionOrder {
  readonly space: EngineSpace;
  readonly sessionId: string;
  readonly user: string;
  readonly protocol: TProtocolVersion;
  /** Confs for the engine session. */
  readonly sessionConf: ReadonlyMap<string, string>;
  /** Confs for an engine that has to be launched. */
  readonly launchConf: ReadonlyMap<string, string>;
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
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Search {
  readonly log: LaunchLog;
  readonly found: Promise<ServiceNode>;
}

/** The lock is held for the whole launch, so waiting for it takes as long, and a little more. */
const LOCK_PATIENCE = 1.1;
/** An OpenSession reply is handles and a few confs. */
const MAX_OPEN_REPLY_BYTES = 1_048_576;

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
    const { config, signal } = order;
    for (let attempt = 1; ; attempt++) {
      const node = await this.#find(order);
      try {
        return await this.#openOn(node, order);
      } catch (error) {
        const isLast = attempt >= config.openMaxAttempts;
        if (!isWorthRetrying(error) || isLast || signal.aborted) {
          const isOurs = order.space.lockPath === null;
          const isToGo = isGone(error) && isLast && config.openOnFailure === 'DEREGISTER_AFTER_RETRY';
          if (isOurs || isToGo) await this.#deregister(node, messageOf(error));
          throw error;
        }
        order.log(`Attempt ${attempt} of ${config.openMaxAttempts}: ${(error as Error).message}`);
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
    const { discovery, launcher } = this.#options;
    const { space, config } = order;
    const present = await this.#lookUp(space.path);
    if (present !== null) return present;
    const launch = (signal: AbortSignal) =>
      launcher.launch({ space, refId: order.sessionId, conf: order.launchConf, config, log }, signal);
    if (space.lockPath === null) {
      // Nobody else can be in a CONNECTION space, and nobody else waits for it.
      const node = await launch(AbortSignal.any([order.signal, this.#closing.signal]));
      if (order.signal.aborted) await this.#deregister(node, 'its session was closed');
      return node;
    }
    const patienceMs = Math.round(config.initializeTimeoutMs * LOCK_PATIENCE);
    return discovery.locks.withLock(space.lockPath, patienceMs, async (signal) => {
      const meanwhile = await this.#lookUp(space.path);
      return meanwhile ?? launch(AbortSignal.any([signal, this.#closing.signal]));
    });
  }

  /** The latest registered engine of the space: like Kyuubi, the last one is picked. */
  async #lookUp(path: string): Promise<ServiceNode | null> {
    const nodes = await this.#options.discovery.registry.list(path);
    return nodes.at(-1) ?? null;
  }

  async #openOn(node: ServiceNode, order: EngineSessionOrder): Promise<OpenedEngineSession> {
    const engine = this.#options.engines.acquire(node);
    try {
      const response = await openSession(engine, order);
      const handle = response.sessionHandle?.sessionId;
      if (handle === undefined) throw refusal(engine, 'it answered OpenSession without a handle');
      const session = {
        engine,
        user: order.user,
        handle: { guid: Uint8Array.from(handle.guid), secret: Uint8Array.from(handle.secret) },
      };
      return { session, configuration: response.configuration ?? new Map() };
    } catch (error) {
      this.#options.engines.release(engine);
      throw error;
    }
  }

  async #prepareRetry(node: ServiceNode, error: unknown, order: EngineSessionOrder): Promise<void> {
    const { config, signal } = order;
    if (isGone(error) && config.openOnFailure === 'DEREGISTER_IMMEDIATELY') {
      return this.#deregister(node, messageOf(error));
    }
    const waitMs = isGone(error) ? config.openRetryWaitMs : DRAINING_RETRY_WAIT_MS;
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

/** A draining engine has lost its node already; the next look finds its successor. */
const DRAINING_RETRY_WAIT_MS = 200;
const SQLSTATE_REFUSED = '08004';

function isGone(error: unknown): boolean {
  return (
    error instanceof SenbonError && (error.code === 'ENGINE_UNREACHABLE' || error.code === 'ENGINE_LOST')
  );
}

function isWorthRetrying(error: unknown): boolean {
  return isGone(error) || (error instanceof SenbonError && error.details['draining'] === 1);
}

function refusal(engine: Engine, problem: string): SenbonError {
  return new SenbonError('ENGINE_REFUSED', { engine: engine.name, problem });
}

async function openSession(engine: Engine, order: EngineSessionOrder): Promise<TOpenSessionResp> {
  const configuration = new Map(order.sessionConf);
  configuration.set('kyuubi.session.handle', order.sessionId);
  configuration.set('kyuubi.session.alive.probe', 'false');
  // The engine keeps the session when our connection drops: connections are shared and gateways die (decision 4).
  configuration.set('kyuubi.session.close.on.disconnect', 'false');
  const request = encodeCall('OpenSession', 1, {
    clientProtocol: order.protocol,
    username: order.user,
    configuration,
  });
  const sink = new CollectingSink(MAX_OPEN_REPLY_BYTES);
  await engine.pool.use(order.user, true, (connection) => connection.exchange('OpenSession', request, sink));
  const response = readReply(engine.name, 'OpenSession', sink.bytes);
  if (
    response.status.statusCode === TStatusCode.SUCCESS ||
    response.status.statusCode === TStatusCode.SUCCESS_WITH_INFO
  ) {
    return response;
  }
  const { errorMessage, sqlState } = response.status;
  const problem = errorMessage ?? 'no reason given';
  // SQLSTATE 08004 from an engine means that it takes no new sessions: it drains, and another will take its place.
  const draining = sqlState === SQLSTATE_REFUSED ? 1 : 0;
  throw new SenbonError(
    'ENGINE_REFUSED',
    { engine: engine.name, problem, draining },
    sqlState === undefined ? {} : { sqlState },
  );
}
