import {
  checkConfiguration,
  collectGarbage,
  type Conf,
  Gateway,
  haArea,
  HeapRelief,
  type Inheritance,
  LineBuffer,
  LineLogger,
  loadConf,
  loadDiscoveryPlugin,
  loadEnginePlugin,
  loadGroupProvider,
  type Logger,
  parseInheritance,
  readArea,
  SenbonError,
  sessionArea,
  systemClock,
  usedBytes,
  withDefaultPort,
} from '@senbon/core';
import { constants } from 'node:os';
import { warnOfUselessKeys } from './configuration.ts';
import { type EmbeddedDiscovery, startEmbeddedDiscovery } from './embedded-discovery.ts';
import { type Environment, readEnvironment, version } from './environment.ts';
import { frontDoorOf, writeFrontDoor } from './front-door.ts';
import { logOutput } from './log-output.ts';
import { selfCheck } from './self-check.ts';
import { openControl } from './upgrade/open-control.ts';

export interface RunOptions {
  /** `k=v` of every `--conf`. */
  readonly conf: readonly string[];
  /** Run one query through the front door and print the JDBC URLs. */
  readonly selfCheck: boolean;
  /** Stop after the self-check; the exit code tells whether it passed. */
  readonly exitAfterSelfCheck: boolean;
  /** Where to write how this gateway is reached, once it serves. */
  readonly doorFile: string | null;
  /** What the gateway that runs hands over; this one takes its place. */
  readonly inherit: string | null;
}

/** Engine plugins that come with this distribution, by package. */
const ENGINE_PACKAGES = ['@senbon/engine-duckdb', '@senbon/engine-spark'] as const;

/** Runs a gateway in the foreground until it is stopped. Resolves with the exit code. Throws what kept it from starting. */
export async function run(options: RunOptions): Promise<number> {
  const environment = readEnvironment(process.env);
  const lines = new LineBuffer(logOutput());
  process.once('exit', () => lines.flush());
  const logger = new LineLogger({ write: (line) => lines.write(line) });
  const log = logger.named('server.KyuubiServer');
  log.info(`Version: ${version}, Node.js: ${process.version}, pid: ${process.pid}`);
  const { conf, file } = await loadConf({ confDir: environment.confDir, arguments: options.conf });
  log.info(
    file === null
      ? `No kyuubi-defaults.conf in ${environment.confDir}`
      : `Loading Kyuubi properties from ${file}`,
  );
  warnOfUselessKeys(conf, logger);
  const ha = readArea(haArea, conf);
  if (options.inherit !== null && ha.addresses === null) {
    throw new SenbonError('UPGRADE_REFUSED', {
      problem:
        'kyuubi.ha.addresses is unset now, so its engines and clients would not be found. Give it back',
    });
  }
  const inheritance = options.inherit === null ? undefined : parseInheritance(options.inherit);
  // Before the embedded ZooKeeper has a port, and anything is heard of this gateway.
  checkConfiguration({ conf, inheritance });
  const embedded = ha.addresses === null ? await startEmbeddedDiscovery(conf, logger) : null;
  try {
    const addresses = embedded?.localAddress ?? withDefaultPort(ha.addresses ?? '', ha.clientPort);
    const gateway = await createGateway({
      conf,
      inheritance,
      environment,
      logger,
      addresses,
      isEmbedded: embedded !== null,
    });
    // Before the start, which may take as long as discovery lets it wait.
    const release = stopOnSignals(gateway, log);
    try {
      await gateway.start();
      return await serve(gateway, { options, conf, embedded, log });
    } catch (error) {
      await gateway.destroy('it cannot serve');
      throw error;
    } finally {
      release();
    }
  } finally {
    await embedded?.close();
  }
}

interface GatewayInput {
  readonly conf: Conf;
  readonly inheritance: Inheritance | undefined;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly addresses: string;
  readonly isEmbedded: boolean;
}

async function createGateway({
  conf,
  inheritance,
  environment,
  logger,
  addresses,
  isEmbedded,
}: GatewayInput): Promise<Gateway> {
  const plugin = await loadDiscoveryPlugin(readArea(haArea, conf).clientClass);
  const enginePlugins = await Promise.all(ENGINE_PACKAGES.map((name) => loadEnginePlugin(name)));
  const groupProvider = await loadGroupProvider(readArea(sessionArea, conf).groupProvider);
  const defaultEngineType = environment.hasSpark ? 'SPARK_SQL' : 'DUCKDB';
  if (conf.get('kyuubi.engine.type') === undefined) {
    const why = environment.hasSpark ? 'SPARK_HOME is set' : 'no SPARK_HOME is set';
    logger
      .named('server.KyuubiServer')
      .info(`kyuubi.engine.type is unset and ${why}: new sessions get ${defaultEngineType} engines`);
  }
  return new Gateway({
    conf,
    version,
    discovery: { plugin, addresses, isEmbedded },
    enginePlugins,
    groupProvider,
    defaultEngineType,
    confDir: environment.confDir,
    workDirRoot: environment.workDirRoot,
    serverUser: environment.user,
    inheritance,
    clock: systemClock,
    logger,
  });
}

interface ServeContext {
  readonly options: RunOptions;
  readonly conf: Conf;
  readonly embedded: EmbeddedDiscovery | null;
  readonly log: Logger;
}

/** Says that it serves, and waits for the end. Throws what kept it from saying so. */
async function serve(gateway: Gateway, context: ServeContext): Promise<number> {
  const { options, conf, embedded, log } = context;
  const { doorFile } = options;
  const isEmbedded = embedded !== null;
  const control = doorFile === null ? null : await openControl(gateway, { doorFile, isEmbedded, log });
  const relief = new HeapRelief({
    openSessions: () => gateway.openSessions,
    usedBytes,
    collect: collectGarbage,
    clock: systemClock,
  });
  try {
    if (doorFile !== null) await writeFrontDoor(doorFile, frontDoorOf(gateway, conf));
    tellStarter(log);
    return await untilStopped(gateway, context);
  } finally {
    relief.close();
    await control?.close();
  }
}

/** Whoever started us in the background and waits for it; one that has gone meanwhile is no reason not to serve. */
function tellStarter(log: Logger): void {
  if (!process.connected) return;
  // With a callback, as an error without one is an event that ends the process.
  process.send?.('serving', undefined, undefined, (error) => {
    if (error !== null) log.debug(`Nobody waits to hear that it serves: ${error.message}`);
  });
}

async function untilStopped(
  gateway: Gateway,
  { options, conf, embedded, log }: ServeContext,
): Promise<number> {
  let code = 0;
  if (options.selfCheck || options.exitAfterSelfCheck) {
    try {
      const report = await selfCheck(gateway, conf, embedded?.address ?? null);
      for (const line of report) process.stdout.write(`${line}\n`);
    } catch (error) {
      log.error('The self-check failed', error);
      code = 1;
    }
  }
  if (options.exitAfterSelfCheck) await gateway.drain('the self-check is over');
  await gateway.stopped;
  return code;
}

/**
 * The first signal drains; one more does not wait, unless both are SIGTERM: `kyuubi stop` may be broken off and asked for
 * again, and cuts nobody off. Returns what takes the handlers away.
 */
function stopOnSignals(gateway: Gateway, log: Logger): () => void {
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
  const received: NodeJS.Signals[] = [];
  const onSignal = (signal: NodeJS.Signals) => {
    received.push(signal);
    log.info(`RECEIVED SIGNAL ${constants.signals[signal]}: ${signal.slice(3)}`);
    // In whatever order they come: the kernel does not keep it.
    const isUrgent = received.length > 1 && received.some((each) => each !== 'SIGTERM');
    if (isUrgent) void gateway.destroy(received.join(' and '));
    else void gateway.drain(signal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}
