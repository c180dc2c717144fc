import { randomUUID } from 'node:crypto';
import { type Logger, messageOf, SenbonError } from '@senbon/core';
import type {
  Executor,
  ExecutorContext,
  ExecutorInfo,
  ExecutorSession,
  SessionSpec,
} from '@senbon/engine-host';
import { ConnectChannel } from './connect/connect-channel.ts';
import { ConnectSession } from './connect/connect-session.ts';
import { parseConnectUrl } from './connect/endpoint.ts';
import { LAUNCH_KEY, launchConnectServer, type SparkServer } from './launch/connect-server.ts';
import { readSparkOptions, sparkArea } from './options.ts';
import { SparkSession } from './session.ts';

/** Launches Spark, or attaches to one. Throws CONFIG_INVALID, ENGINE_LAUNCH_FAILED; nothing is left running then. */
export async function createSparkExecutor(context: ExecutorContext): Promise<Executor> {
  const { spec, logger } = context;
  const server = await openServer(context);
  const channel = new ConnectChannel(server.endpoint);
  try {
    const version = await checkServer(channel, server.endpoint.userId ?? spec.user, server);
    return new SparkExecutor({ server, channel, version, logger });
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

/** Spark's version. Throws ENGINE_LAUNCH_FAILED when nobody answers, or another than the one that was launched. */
async function checkServer(channel: ConnectChannel, userId: string, server: SparkServer): Promise<string> {
  const { host, port } = server.endpoint;
  const refused = (problem: string, cause?: unknown) =>
    new SenbonError('ENGINE_LAUNCH_FAILED', { type: 'SPARK_SQL', problem, log: '' }, { cause });
  const session = new ConnectSession({ channel, sessionId: randomUUID(), userId });
  try {
    const { sparkVersion } = await session.analyze({ sparkVersion: {} });
    const confs = await session.config({ getOption: { keys: [LAUNCH_KEY] } });
    await session.close();
    if (server.launchId !== null && confs.get(LAUNCH_KEY) !== server.launchId) {
      throw refused(`another program answers at ${host}:${port}`);
    }
    return sparkVersion?.version ?? '';
  } catch (error) {
    if (error instanceof SenbonError) throw error;
    throw refused(`the Spark Connect server at ${host}:${port} does not answer: ${messageOf(error)}`, error);
  }
}

interface Opened {
  readonly server: SparkServer;
  readonly channel: ConnectChannel;
  readonly version: string;
  readonly logger: Logger;
}

class SparkExecutor implements Executor {
  readonly info: ExecutorInfo;
  readonly #opened: Opened;
  readonly #sessions = new Set<SparkSession>();

  constructor(opened: Opened) {
    this.#opened = opened;
    this.info = { serverName: 'Spark SQL', dbmsName: 'Spark SQL', dbmsVersion: opened.version };
  }

  async openSession(spec: SessionSpec): Promise<ExecutorSession> {
    const { channel, server } = this.#opened;
    const userId = server.endpoint.userId ?? spec.user;
    const session = new SparkSession({
      spec,
      session: new ConnectSession({ channel, sessionId: randomUUID(), userId }),
      onClose: () => this.#sessions.delete(session),
    });
    this.#sessions.add(session);
    return session;
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#sessions].map(async (session) => session.close()));
    this.#opened.channel.close();
    await this.#opened.server.close();
  }
}
