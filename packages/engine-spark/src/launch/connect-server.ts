import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Logger } from '@senbon/core';
import type { ConnectEndpoint } from '../connect/endpoint.ts';
import type { SparkOptions } from '../options.ts';
import { launchFailed } from './launch-failed.ts';
import { propertiesText, sparkDefaults } from './properties.ts';
import { serverSettings } from './server-settings.ts';
import { findSparkHome, type SparkHome } from './spark-home.ts';
import { supervise, type Supervised, type SupervisedExit } from './supervised.ts';
import { TellingLine } from './telling-line.ts';

const MAIN_CLASS = 'org.apache.spark.sql.connect.service.SparkConnectServer';
/** Stands for "no application jar". */
const NO_RESOURCE = 'spark-internal';
const HOST = '127.0.0.1';
const POLL_MS = 100;
/** Somebody else may take the free port between our look and Spark's. */
const ATTEMPTS = 3;
export interface LaunchServerOptions {
  readonly options: SparkOptions;
  readonly conf: ReadonlyMap<string, string>;
  /** For `spark.app.name`, where no conf says it. */
  readonly appName: string;
  readonly workDir: string;
  readonly logger: Logger;
}

/** A Spark Connect server to work with. */
export interface SparkServer {
  readonly endpoint: ConnectEndpoint;
  /** What it answers for `LAUNCH_KEY`; `null` for one that was not launched here. */
  readonly launchId: string | null;
  /** Resolves when it has ended; `null` where that cannot be seen. */
  readonly exited: Promise<SupervisedExit> | null;
  close(): Promise<void>;
}

/** Starts a Spark Connect server on this machine. Throws ENGINE_LAUNCH_FAILED; nothing is left running then. */
export async function launchConnectServer(launch: LaunchServerOptions): Promise<SparkServer> {
  const home = await findSparkHome(launch.options, process.env);
  launch.logger.info(`Launching the Spark Connect server of Spark ${home.version} in ${home.path}`);
  const folder = await mkdtemp(join(launch.workDir, 'spark-'));
  try {
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      const launched = await startServer(launch, { home, folder, port });
      const failure = await waitForPort(launched, port, launch.options.startTimeoutMs);
      if (failure === null) return launched;
      await launched.server.close();
      if (attempt === ATTEMPTS || !(await isListening(port))) throw failure;
      launch.logger.warn(`port ${port} was taken by somebody else; trying another`);
    }
  } finally {
    // Spark has read it: it holds whatever secrets the confs do.
    await rm(folder, { recursive: true, force: true });
  }
}

interface Place {
  readonly home: SparkHome;
  readonly folder: string;
  readonly port: number;
}

interface StartedServer extends SparkServer {
  readonly server: Supervised;
  readonly telling: TellingLine;
}

async function startServer(
  launch: LaunchServerOptions,
  { home, folder, port }: Place,
): Promise<StartedServer> {
  const defaults = await sparkDefaults(home.path, process.env);
  const { confs, env, launchId, token } = serverSettings({
    home,
    conf: launch.conf,
    defaults,
    appName: launch.appName,
    host: HOST,
    port,
  });
  const file = join(folder, 'spark.properties');
  await writeFile(file, propertiesText(defaults, confs), { mode: 0o600 });
  const telling = new TellingLine();
  const server = await supervise({
    command: join(home.path, 'bin', 'spark-submit'),
    arguments: ['--class', MAIN_CLASS, '--properties-file', file, NO_RESOURCE],
    env: { ...process.env, ...env },
    cwd: launch.workDir,
    onLine: (line) => {
      telling.note(line);
      process.stderr.write(`${line}\n`);
    },
  });
  const headers = new Map([['authorization', `Bearer ${token}`]]);
  return {
    endpoint: { host: HOST, port, isSecure: false, headers, userId: null },
    launchId,
    server,
    telling,
    exited: server.exited,
    close: () => server.close(),
  };
}

/** `null` when the port is listened to. */
async function waitForPort(
  { server, telling }: StartedServer,
  port: number,
  timeoutMs: number,
): Promise<Error | null> {
  let exit: SupervisedExit | null = null;
  void server.exited.then((value) => {
    exit = value;
  });
  const deadlineMs = Date.now() + timeoutMs;
  for (;;) {
    if (exit !== null) {
      return launchFailed(`spark-submit ended with ${describeExit(exit)} before it served${telling.suffix}`);
    }
    if (await isListening(port)) return null;
    if (Date.now() > deadlineMs) return launchFailed(`Spark does not serve after ${timeoutMs} ms`);
    await Promise.race([server.exited, new Promise((resolve) => setTimeout(resolve, POLL_MS))]);
  }
}

export function describeExit({ code, signal }: SupervisedExit): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}

/** One that is free on every address: Spark 3.5 listens on all of them. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST);
    const done = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => done(true)).once('error', () => done(false));
  });
}
