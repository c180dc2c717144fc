import {
  bool,
  type Conf,
  duration,
  int,
  key,
  type Logger,
  localIp,
  messageOf,
  port,
  readArea,
  SenbonError,
  text,
} from '@senbon/core';
import { type EmbeddedZooKeeper, startEmbeddedZooKeeper } from '@senbon/zookeeper-embedded';
import { hostname } from 'node:os';

export const embeddedZooKeeperArea = {
  port: key(
    'kyuubi.zookeeper.embedded.client.port',
    port,
    '2181',
    'Port of the embedded ZooKeeper; 0 = any free one.',
  ),
  host: key(
    'kyuubi.zookeeper.embedded.client.port.address',
    text,
    null,
    'Address it listens on; kyuubi.frontend.bind.host when unset, else all addresses.',
  ),
  useHostname: key(
    'kyuubi.zookeeper.embedded.client.use.hostname',
    bool,
    'false',
    'Name it by host name rather than by address when no address is configured.',
  ),
  maxClientConnections: key(
    'kyuubi.zookeeper.embedded.max.client.connections',
    int(0),
    '120',
    'Most connections from one client address; 0 = any number.',
  ),
  minSessionTimeoutMs: key(
    'kyuubi.zookeeper.embedded.min.session.timeout',
    int(1),
    '6000',
    'Least session time-out a client gets, in milliseconds.',
  ),
  maxSessionTimeoutMs: key(
    'kyuubi.zookeeper.embedded.max.session.timeout',
    int(1),
    '60000',
    'Most session time-out a client gets, in milliseconds.',
  ),
  handshakeTimeoutMs: key(
    'kyuubi.zookeeper.embedded.handshake.timeout',
    duration,
    'PT10S',
    'A connection that has not asked for a session by then is closed. (ours)',
  ),
  tickTimeMs: key(
    'kyuubi.zookeeper.embedded.tick.time',
    int(1),
    '3000',
    'How often session deadlines are looked at, in milliseconds.',
  ),
} as const;

const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

export interface EmbeddedDiscovery {
  /** `host:port` for clients elsewhere. */
  readonly address: string;
  /** `host:port` for this gateway and the engines on this machine. */
  readonly localAddress: string;
  close(): Promise<void>;
}

/** Pseudo mode: a ZooKeeper in this process, as no ensemble is configured. Throws BIND_FAILED, CONFIG_INVALID. */
export async function startEmbeddedDiscovery(conf: Conf, logger: Logger): Promise<EmbeddedDiscovery> {
  const config = readArea(embeddedZooKeeperArea, conf);
  const log = logger.named('zookeeper.EmbeddedZookeeper');
  const host = config.host ?? '0.0.0.0';
  const server = await listen(config, host, log);
  const isEverywhere = WILDCARDS.has(host);
  const publicHost = isEverywhere ? (config.useHostname ? hostname() : localIp()) : host;
  const address = `${publicHost}:${server.port}`;
  log.info(`EmbeddedZookeeper is started at ${address}`);
  return {
    address,
    localAddress: `${isEverywhere ? '127.0.0.1' : host}:${server.port}`,
    close: () => server.close(),
  };
}

async function listen(
  config: ReturnType<typeof readArea<typeof embeddedZooKeeperArea>>,
  host: string,
  log: Logger,
): Promise<EmbeddedZooKeeper> {
  const { port: wanted, ...limits } = config;
  try {
    return await startEmbeddedZooKeeper({
      host,
      port: wanted,
      tickTimeMs: limits.tickTimeMs,
      minSessionTimeoutMs: limits.minSessionTimeoutMs,
      maxSessionTimeoutMs: limits.maxSessionTimeoutMs,
      maxClientConnections: limits.maxClientConnections,
      handshakeTimeoutMs: limits.handshakeTimeoutMs,
      log: (level, message) => log[level](message),
    });
  } catch (error) {
    const problem = messageOf(error instanceof Error ? (error.cause ?? error) : error);
    const details = {
      address: `${host}:${wanted}`,
      frontend: 'the embedded ZooKeeper',
      problem,
      key: 'kyuubi.zookeeper.embedded.client.port (or name an ensemble by kyuubi.ha.addresses)',
    };
    throw new SenbonError('BIND_FAILED', details, { cause: error });
  }
}
