import { type DiscoveryClient, type DiscoveryOptions, type Logger, silentLogger } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-zk';
import { type RealZooKeeper, type StartZooKeeperOptions, startZooKeeper } from '@senbon/testkit';
import { jarsOf } from '../support/jars.ts';

export const SESSION_TIMEOUT_MS = 3_000;
export const CONNECT_TIMEOUT_MS = 2_000;

/** A server (or three) and the clients opened on it, all ended together. */
export interface Bench extends AsyncDisposable {
  readonly zooKeeper: RealZooKeeper;
  /** Of the first server. */
  readonly port: number;
  options(overrides?: Overrides): DiscoveryOptions;
  open(overrides?: Overrides): Promise<DiscoveryClient>;
}

export type Overrides = Partial<Omit<DiscoveryOptions, 'conf'>> & {
  readonly conf?: Readonly<Record<string, string>>;
};

export async function startBench(
  options: Omit<StartZooKeeperOptions, 'jarsDir'> = {},
  logger: Logger = silentLogger,
): Promise<Bench> {
  const { dir } = await jarsOf('zookeeper-server');
  const zooKeeper = await startZooKeeper({ ...options, jarsDir: dir });
  const clients: DiscoveryClient[] = [];
  const optionsWith = ({ conf, ...overrides }: Overrides = {}): DiscoveryOptions => ({
    addresses: zooKeeper.addresses,
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    logger,
    ...overrides,
    conf: new Map(Object.entries(conf ?? {})),
  });
  return {
    zooKeeper,
    port: zooKeeper.servers[0]?.port ?? 0,
    options: optionsWith,
    open: async (overrides) => {
      const client = await discoveryPlugin.open(optionsWith(overrides), {});
      clients.push(client);
      return client;
    },
    [Symbol.asyncDispose]: async () => {
      zooKeeper.resume();
      await Promise.all(clients.map((client) => client.close()));
      await zooKeeper.stop();
    },
  };
}

export const spec = (host: string) => ({ host, port: 10_009, version: '1.12.0' });
export const hostsOf = (nodes: readonly { readonly host: string }[]) => nodes.map((node) => node.host);
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
