import { tmpdir } from 'node:os';
import {
  advertisedHostOf,
  type Clock,
  Conf,
  type DiscoveryPlugin,
  type Logger,
  messageOf,
  readArea,
  systemClock,
} from '@senbon/core';
import { engineHostArea } from './config.ts';
import type { Executor } from './executor.ts';
import type { EngineSpec } from './launch/engine-spec.ts';
import { CardFile } from './lifecycle/card-file.ts';
import { DiscoveryPresence } from './lifecycle/discovery-presence.ts';
import { EngineLifecycle, type DrainOptions, type EngineState } from './lifecycle/engine-lifecycle.ts';
import type { Operation } from './operation/operation.ts';
import { StatementQueue } from './operation/statement-queue.ts';
import { ByteBudget } from './result/byte-budget.ts';
import { createAuthenticator } from './server/authenticate.ts';
import { EngineServer } from './server/engine-server.ts';
import { HandleMap } from './session/handle-map.ts';
import { SessionManager } from './session/session-manager.ts';
import { within } from './within.ts';

/** Each step of a shutdown may take this long; then the next one follows all the same. */
const STEP_TIMEOUT_MS = 5_000;
/** For answers to what was running when the executor came to its end. */
const LAST_WORDS_MS = 2_000;
/** An engine that nobody can find by then is of no use. */
const REGISTER_TIMEOUT_MS = 60_000;

export interface ExecutorContext {
  readonly spec: EngineSpec;
  readonly logger: Logger;
}

/** Makes the executor when the engine process starts. */
export type CreateExecutor = (context: ExecutorContext) => Promise<Executor>;

export interface RunEngineOptions {
  readonly createExecutor: CreateExecutor;
  readonly spec: EngineSpec;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Used in place of the package that `kyuubi.ha.client.class` names. */
  readonly discovery?: DiscoveryPlugin;
}

export interface RunningEngine {
  readonly host: string;
  readonly port: number;
  readonly state: EngineState;
  /** Sessions that have ended so far. */
  readonly endedSessions: number;
  /** Resolves when the engine has stopped, for whatever reason. Never rejects. */
  readonly stopped: Promise<void>;
  drain(options: DrainOptions): void;
  /** Drains for `kyuubi.backend.engine.exec.pool.shutdown.timeout` at most, and not for idle sessions. */
  shutDown(why: string): void;
  /** At once; resolves when it has stopped. Idempotent. */
  close(): Promise<void>;
}

/**
 * Serves an executor over HiveServer2 Thrift binary and registers it in its engine space. Throws CONFIG_INVALID,
 * BIND_FAILED, PLUGIN_*, DISCOVERY_* and what the executor throws; nothing is left open then.
 */
export async function runEngine(options: RunEngineOptions): Promise<RunningEngine> {
  const { spec, logger, clock = systemClock } = options;
  const config = readArea(engineHostArea, Conf.of(Object.fromEntries(spec.conf), 'engine spec'));
  const host = await advertisedHostOf(config);
  const engine = () => ({ host, port: opened.server.port, refId: spec.refId });
  const authenticate = createAuthenticator({ config, secret: spec.secret, engine, clock });
  const opened: Opened = {
    executor: null,
    presence: null,
    lifecycle: null,
    server: new EngineServer({
      config,
      authenticate,
      onDisconnected: () => opened.lifecycle?.onConnectionsChanged(),
      clock,
      logger: logger.named('engine.Server'),
    }),
  };
  try {
    const [listening, executor, presence] = await Promise.allSettled([
      opened.server.listen(),
      options.createExecutor({ spec, logger }),
      DiscoveryPresence.open({
        config,
        conf: spec.conf,
        clock,
        logger,
        ...(options.discovery === undefined ? {} : { plugin: options.discovery }),
      }),
    ]);
    opened.executor = executor.status === 'fulfilled' ? executor.value : null;
    opened.presence = presence.status === 'fulfilled' ? presence.value : null;
    const port = valueOf(listening);
    const parts = { executor: valueOf(executor), presence: valueOf(presence), host, port };
    return await assemble({ options, config, clock, opened, ...parts });
  } catch (error) {
    await closeAll(opened, clock, logger);
    throw error;
  }
}

/** What has to be closed again, as far as it was opened. */
interface Opened {
  executor: Executor | null;
  presence: DiscoveryPresence | null;
  lifecycle: EngineLifecycle | null;
  readonly server: EngineServer;
}

interface Parts {
  readonly options: RunEngineOptions;
  readonly config: ReturnType<typeof readArea<typeof engineHostArea>>;
  readonly clock: Clock;
  readonly opened: Opened;
  readonly executor: Executor;
  readonly presence: DiscoveryPresence;
  /** What it registers, and gateways connect to. */
  readonly host: string;
  readonly port: number;
}

async function assemble(parts: Parts): Promise<RunningEngine> {
  const { options, config, clock, opened, executor, presence, host, port } = parts;
  const { spec, logger } = options;
  const engineName = `${host}:${port}`;
  const { engineId, attributes = new Map<string, string>() } = executor.info;
  const id = engineId ?? `${spec.type.toLowerCase()}-${process.pid}`;
  const card = new CardFile({ workDir: spec.workDir, refId: spec.refId, logger });
  const resources = {
    config,
    engineName,
    operations: new HandleMap<Operation>(),
    queue: new StatementQueue({ maxRunning: config.runningStatements, maxWaiting: config.waitingStatements }),
    budget: {
      memory: new ByteBudget(config.rewindMemoryBytes),
      disk: new ByteBudget(config.rewindDiskBytes),
      maxFileBytes: config.rewindFileBytes,
      directory: executor.tempDirectory ?? tmpdir(),
    },
    clock,
    logger: logger.named('engine.Session'),
  } as const;
  const sessions: SessionManager = new SessionManager(executor, resources, () =>
    lifecycle.onSessionsChanged(),
  );
  const lifecycle: EngineLifecycle = new EngineLifecycle({
    config,
    sessions,
    connectionCount: () => opened.server.connectionCount,
    deregister: async () => {
      const deregistered = within(presence.deregister(), STEP_TIMEOUT_MS, 'removing the node', clock);
      await Promise.all([deregistered, card.remove()]);
    },
    shutDown: async () => {
      await within(sessions.closeAll('the engine stops'), STEP_TIMEOUT_MS, 'closing sessions', clock).catch(
        (error: unknown) => logger.warn(messageOf(error)),
      );
      await closeAll(opened, clock, logger);
    },
    clock,
    logger: logger.named('engine.Lifecycle'),
  });
  opened.lifecycle = lifecycle;
  const identity = new Map([
    ['kyuubi.engine.id', id],
    ['kyuubi.engine.name', config.engineName ?? id],
    ['kyuubi.engine.url', engineName],
  ]);
  opened.server.serve({ sessions, info: executor.info, config, identity });
  presence.watchConnection((isLost) => lifecycle.onDiscovery(isLost));
  const node = {
    host,
    port,
    version: spec.version,
    refId: spec.refId,
    attributes: { ...Object.fromEntries(attributes), 'kyuubi.engine.id': id },
  };
  const leave = (why: string) => lifecycle.drain({ why, deadlineMs: config.drainTimeoutMs });
  const registered = presence.register(spec.space, node, {
    onDeleted: () => leave('its node was deleted'),
    onRival: (rival) => leave(`while it was cut off, ${rival.host}:${rival.port} has taken its place`),
  });
  await within(registered, REGISTER_TIMEOUT_MS, `registering in ${spec.space}`, clock);
  await card.write({ space: spec.space, host, port });
  lifecycle.start();
  // For clients whose statements fail by it: they are told before the engine is gone as well.
  void executor.ended?.then((why) => lifecycle.drain({ why, deadlineMs: LAST_WORDS_MS }));
  logger
    .named('engine.EngineHost')
    .info(
      `${spec.type} engine ${id} is ready at ${engineName}, registered in ${spec.space} refId=${spec.refId}`,
    );
  return {
    host,
    port,
    get state() {
      return lifecycle.state;
    },
    get endedSessions() {
      return sessions.endedCount;
    },
    stopped: lifecycle.stopped,
    drain: (drainOptions) => lifecycle.drain(drainOptions),
    shutDown: (why) => lifecycle.drain({ why, deadlineMs: config.shutdownTimeoutMs, onlyWhileBusy: true }),
    close: () => {
      lifecycle.stop('closed');
      return lifecycle.stopped;
    },
  };
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'fulfilled') return settled.value;
  throw settled.reason;
}

/** In reverse order of opening, each step whatever the one before did. */
async function closeAll(opened: Opened, clock: Clock, logger: Logger): Promise<void> {
  const { executor, presence, server } = opened;
  const steps: readonly (readonly [string, () => Promise<void> | void | undefined])[] = [
    ['closing the socket', () => server.close()],
    ['closing the executor', () => executor?.close()],
    ['closing service discovery', () => presence?.close()],
  ];
  for (const [what, step] of steps) {
    try {
      await within(Promise.resolve(step()), STEP_TIMEOUT_MS, what, clock);
    } catch (error) {
      logger.warn(`${what} failed`, error);
    }
  }
}
