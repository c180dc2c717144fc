import { randomUUID } from 'node:crypto';
import { type Logger, messageOf, SenbonError, systemClock } from '@senbon/core';
import type {
  Executor,
  ExecutorContext,
  ExecutorInfo,
  ExecutorSession,
  SessionSpec,
} from '@senbon/engine-host';
import { ConnectChannel } from './connect/connect-channel.ts';
import { ConnectSession, type ServerFate } from './connect/connect-session.ts';
import { parseConnectUrl } from './connect/endpoint.ts';
import { describeExit, launchConnectServer, type SparkServer } from './launch/connect-server.ts';
import { launchFailed } from './launch/launch-failed.ts';
import { LAUNCH_KEY } from './launch/server-settings.ts';
import { readSparkOptions, sparkArea } from './options.ts';
import { SessionRoster } from './session-roster.ts';
import { SparkSession } from './session.ts';

/** From Spark 4 on a session ends when it is told to, and not before. */
const FIRST_WITH_RELEASE = 4;
const APP_ID = 'spark.app.id';
const REATTACHABLE = 'spark.connect.execute.reattachable.enabled';
/** What Kyuubi's Spark engine registers with its node, beside its id. */
const REGISTERED = ['spark.driver.memory', 'spark.executor.memory'] as const;

/** Launches Spark, or attaches to one. Throws CONFIG_INVALID, ENGINE_LAUNCH_FAILED; nothing is left running then. */
export async function createSparkExecutor(context: ExecutorContext): Promise<Executor> {
  const { spec, logger } = context;
  const server = await openServer(context);
  const channel = new ConnectChannel(server.endpoint);
  try {
    const { info, isReattachable } = await checkServer(channel, server.endpoint.userId ?? spec.user, server);
    return new SparkExecutor({ server, channel, info, isReattachable, logger });
  } catch (error) {
    channel.close();
    await server.close();
    throw error;
  }
}

async function openServer({ spec, logger }: ExecutorContext): Promise<SparkServer> {
  const options = readSparkOptions(spec.conf);
  const log = logger.named('engine.Spark');
  if (options.connectUrl !== null) {
    const endpoint = parseConnectUrl(options.connectUrl, sparkArea.connectUrl.name);
    log.info(`Attaching to the Spark Connect server at ${endpoint.host}:${endpoint.port}`);
    return { endpoint, launchId: null, exited: null, close: async () => undefined };
  }
  return launchConnectServer({
    options,
    conf: spec.conf,
    appName: `senbon_${spec.user}_${spec.type}_${spec.refId}`,
    workDir: spec.workDir,
    logger: log,
  });
}

/** What Spark says of itself. Throws ENGINE_LAUNCH_FAILED when nobody answers, or another than the one that was launched. */
async function checkServer(channel: ConnectChannel, userId: string, server: SparkServer): Promise<Checked> {
  const { host, port } = server.endpoint;
  const session = new ConnectSession({
    channel,
    fate: { ending: null, isReattachable: true },
    sessionId: randomUUID(),
    userId,
  });
  try {
    const { sparkVersion } = await session.analyze({ sparkVersion: {} });
    const confs = await session.config({
      getOption: { keys: [LAUNCH_KEY, APP_ID, REATTACHABLE, ...REGISTERED] },
    });
    await session.close();
    if (server.launchId !== null && confs.get(LAUNCH_KEY) !== server.launchId) {
      throw launchFailed(`another program answers at ${host}:${port}`);
    }
    const version = sparkVersion?.version ?? '';
    const appId = confs.get(APP_ID);
    const info = {
      serverName: 'Spark SQL',
      dbmsName: 'Spark SQL',
      dbmsVersion: version,
      attributes: new Map(REGISTERED.map((key) => [key, confs.get(key) ?? ''])),
      ...(appId === undefined ? {} : { engineId: appId }),
    };
    return { info, isReattachable: confs.get(REATTACHABLE) !== 'false' };
  } catch (error) {
    if (error instanceof SenbonError) throw error;
    throw launchFailed(
      `the Spark Connect server at ${host}:${port} does not answer: ${messageOf(error)}`,
      error,
    );
  }
}

interface Checked {
  readonly info: ExecutorInfo;
  readonly isReattachable: boolean;
}

interface Opened {
  readonly server: SparkServer;
  readonly channel: ConnectChannel;
  readonly info: ExecutorInfo;
  readonly isReattachable: boolean;
  readonly logger: Logger;
}

class SparkExecutor implements Executor, ServerFate {
  readonly info: ExecutorInfo;
  /** Absent where the end of the server cannot be seen. */
  readonly ended?: Promise<string>;
  ending: string | null = null;
  readonly isReattachable: boolean;
  readonly #opened: Opened;
  readonly #sessions = new Set<SparkSession>();
  readonly #roster: SessionRoster | null;
  #isClosed = false;

  constructor(opened: Opened) {
    this.#opened = opened;
    this.info = opened.info;
    this.isReattachable = opened.isReattachable;
    this.#roster =
      Number.parseInt(opened.info.dbmsVersion, 10) < FIRST_WITH_RELEASE
        ? new SessionRoster(systemClock)
        : null;
    const { exited } = opened.server;
    if (exited === null) return;
    this.ended = new Promise((resolve) => {
      void exited.then((exit) => {
        if (this.#isClosed) return;
        this.ending = `Spark has ended with ${describeExit(exit)}; the log of its engine says more`;
        opened.logger.error(this.ending);
        resolve(this.ending);
      });
    });
  }

  async openSession(spec: SessionSpec): Promise<ExecutorSession> {
    const { channel, server } = this.#opened;
    const userId = server.endpoint.userId ?? spec.user;
    const session = new SparkSession({
      spec,
      session: new ConnectSession({ channel, fate: this, sessionId: randomUUID(), userId }),
      roster: this.#roster,
      warn: (problem) => this.#opened.logger.warn(`session ${spec.id}: ${problem}`),
      onClose: () => this.#sessions.delete(session),
    });
    this.#sessions.add(session);
    try {
      await session.open();
      return session;
    } catch (error) {
      await session.close().catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#roster?.close();
    await Promise.allSettled([...this.#sessions].map(async (session) => session.close()));
    this.#opened.channel.close();
    await this.#opened.server.close();
  }
}
