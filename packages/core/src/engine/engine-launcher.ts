import { join } from 'node:path';
import type { AreaConfig } from '../config/area.ts';
import { messageOf, SenbonError } from '../errors/senbon-error.ts';
import { type GuardedLaunch, guardLaunch } from '../guard/guard-launch.ts';
import { atMost } from '../observe/at-most.ts';
import { makeFolder } from '../observe/make-folder.ts';
import type { Permits } from '../observe/permits.ts';
import type { Clock } from '../ports/clock.ts';
import type { DiscoveryClient, ServiceNode } from '../ports/discovery.ts';
import type { EnginePlugin } from '../ports/engine.ts';
import type { Logger } from '../ports/logger.ts';
import type { engineArea } from './config.ts';
import { encodeSegment, type EngineSpace } from './engine-space.ts';
import type { LaunchLog } from './launch-log.ts';

export interface LaunchOrder {
  readonly space: EngineSpace;
  readonly refId: string;
  readonly conf: ReadonlyMap<string, string>;
  readonly config: AreaConfig<typeof engineArea>;
  readonly log: LaunchLog;
}

export interface EngineLauncherOptions {
  readonly discovery: DiscoveryClient;
  readonly plugins: ReadonlyMap<string, EnginePlugin>;
  readonly secret: Uint8Array;
  /** Root of the users' work directories, `KYUUBI_WORK_DIR_ROOT`. */
  readonly workDirRoot: string;
  /** For launches at a time; absent: as many as are asked for. */
  readonly permits?: Permits | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A plugin that keeps to the time-out by itself says better why it failed. */
const LAUNCH_GRACE_MS = 5_000;
/** How long the last lines of a failed launch are waited for. */
const LAST_LINES_MS = 1_000;

/** Starts an engine and waits until it has registered itself, or says why it did not. */
export class EngineLauncher {
  readonly #options: EngineLauncherOptions;

  constructor(options: EngineLauncherOptions) {
    this.#options = options;
  }

  /** Whether a launch may have to wait for its turn. */
  get isLimited(): boolean {
    return this.#options.permits !== undefined;
  }

  /**
   * Throws ENGINE_TYPE_UNKNOWN, ENGINE_LAUNCH_FAILED, ENGINE_LAUNCH_TIMEOUT, ENGINE_LAUNCH_REFUSED. `signal` gives the launch
   * up.
   */
  async launch(order: LaunchOrder, signal: AbortSignal): Promise<ServiceNode> {
    const release = await this.#permit(order, signal);
    try {
      return await this.#launch(order, signal);
    } finally {
      release();
    }
  }

  async #permit({ space, config, log }: LaunchOrder, signal: AbortSignal): Promise<() => void> {
    const { permits } = this.#options;
    if (permits === undefined) return () => {};
    const { limit } = permits;
    const timeoutMs = config.initializeTimeoutMs;
    const release = await permits.acquire({
      timeoutMs,
      signal,
      onWait: () =>
        log.append(
          `Waiting for a turn: this gateway launches ${limit} engine(s) at once (kyuubi.server.limit.engine.startup)`,
        ),
    });
    if (release !== null) return release;
    if (signal.aborted) throw new SenbonError('OPERATION_CANCELED');
    throw new SenbonError('ENGINE_LAUNCH_REFUSED', { type: space.engineType, ms: timeoutMs, limit });
  }

  async #launch(order: LaunchOrder, signal: AbortSignal): Promise<ServiceNode> {
    const { clock } = this.#options;
    const launched = await this.#start(order, signal);
    const pump = new AbortController();
    const pumped = this.#pumpLog(launched, order.log, pump.signal);
    try {
      const node = await this.#waitForNode(order, launched, signal);
      this.#removeNodeAtExit(launched, node);
      return node;
    } catch (error) {
      await this.#kill(launched);
      // The last lines are what tells the reader why: let them arrive before they are quoted.
      await atMost(clock, LAST_LINES_MS, pumped);
      throw error instanceof LaunchFailure ? error.describe(order) : error;
    } finally {
      pump.abort();
    }
  }

  async #start(order: LaunchOrder, signal: AbortSignal): Promise<GuardedLaunch> {
    const { plugins, workDirRoot, clock, logger, secret } = this.#options;
    const { space, refId, conf, config } = order;
    const plugin = plugins.get(space.engineType);
    if (plugin === undefined) {
      const known = [...plugins.keys()].join(', ');
      throw new SenbonError('ENGINE_TYPE_UNKNOWN', { type: space.engineType, known });
    }
    const workDir = join(workDirRoot, encodeSegment(space.routingUser));
    order.log.append(`Launching engine: ${space.engineType} for ${space.routingUser} in ${space.path}`);
    try {
      await makeFolder(workDir, 0o700);
      const request = { space: space.path, refId, user: space.routingUser, conf, secret };
      const context = { logger: logger.named('engine.Launcher'), workDir, signal };
      const timeoutMs = config.initializeTimeoutMs + LAUNCH_GRACE_MS;
      const launched = await guardLaunch(plugin, { request, context, timeoutMs, clock, logger });
      logger.info(`Launched ${space.engineType} engine ${launched.id} for ${space.path} refId=${refId}`);
      return launched;
    } catch (error) {
      throw new LaunchFailure(messageOf(error), error).describe(order);
    }
  }

  async #waitForNode(order: LaunchOrder, launched: GuardedLaunch, signal: AbortSignal): Promise<ServiceNode> {
    const { discovery, clock } = this.#options;
    const { space, refId, config } = order;
    let giveUp: (error: Error) => void = () => {};
    const failure = new Promise<never>((_, reject) => {
      giveUp = reject;
    });
    const timer = clock.after(config.initializeTimeoutMs, () => giveUp(new LaunchFailure('timeout')));
    const onAbort = () => giveUp(new LaunchFailure('nobody waits for it any more'));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    void launched.died.then((why) => giveUp(new LaunchFailure(why)));
    let found: (node: ServiceNode) => void = () => {};
    const registered = new Promise<ServiceNode>((resolve) => {
      found = resolve;
    });
    const subscribed = discovery.registry.watch(space.path, (nodes) => {
      const node = nodes.find((candidate) => candidate.attributes['refId'] === refId);
      if (node !== undefined) found(node);
    });
    subscribed.catch(giveUp);
    try {
      return await Promise.race([registered, failure]);
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', onAbort);
      // It may open only now that the race is over.
      void subscribed.then((subscription) => subscription.close()).catch(() => {});
    }
  }

  async #kill(launched: GuardedLaunch): Promise<void> {
    try {
      await launched.kill();
    } catch (error) {
      this.#options.logger.warn(`Engine ${launched.id} could not be killed`, error);
    }
  }

  /** A killed engine's node would stay until its discovery session expires; whoever sees the death removes it at once. */
  #removeNodeAtExit(launched: GuardedLaunch, node: ServiceNode): void {
    const { discovery, logger } = this.#options;
    void launched.died.then(async (why) => {
      logger.info(`Engine ${launched.id} at ${node.host}:${node.port} ended: ${why}`);
      try {
        if (await discovery.registry.remove(node.path))
          logger.warn(`Removed the node it left behind: ${node.path}`);
      } catch (error) {
        logger.debug(`Could not look after ${node.path}: ${messageOf(error)}`);
      }
    });
  }

  async #pumpLog(launched: GuardedLaunch, log: LaunchLog, signal: AbortSignal): Promise<void> {
    try {
      for await (const line of launched.log({ signal })) log.append(line);
    } catch (error) {
      if (!signal.aborted) this.#options.logger.warn(`The launch log of ${launched.id} broke off`, error);
    }
  }
}

class LaunchFailure extends Error {
  readonly #problem: string;

  constructor(problem: string, cause?: unknown) {
    super(problem, { cause });
    this.#problem = problem;
  }

  describe(order: LaunchOrder): SenbonError {
    const { config, space, log } = order;
    const tail = log.tail(config.maxLogLines, config.maxErrorBytes);
    const type = space.engineType;
    if (this.#problem === 'timeout') {
      const key = 'kyuubi.session.engine.initialize.timeout';
      return new SenbonError('ENGINE_LAUNCH_TIMEOUT', {
        ms: config.initializeTimeoutMs,
        key,
        type,
        log: tail,
      });
    }
    return new SenbonError(
      'ENGINE_LAUNCH_FAILED',
      { type, problem: this.#problem, log: tail },
      { cause: this.cause },
    );
  }
}
