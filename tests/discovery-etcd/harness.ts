import { type DiscoveryClient, type DiscoveryOptions, type Logger, silentLogger } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-etcd';
import { type RealEtcd, type StartEtcdOptions, startEtcd } from '@senbon/testkit';
import { etcdBinDir } from '../support/debs.ts';

export const LEASE_SECONDS = 3;
export const CONNECT_TIMEOUT_MS = 2_000;

/** A cluster and the clients opened on it, all ended together. */
export interface Bench extends AsyncDisposable {
  readonly etcd: RealEtcd;
  options(overrides?: Overrides): DiscoveryOptions;
  open(overrides?: Overrides): Promise<DiscoveryClient>;
}

export type Overrides = Partial<Omit<DiscoveryOptions, 'conf'>> & {
  readonly conf?: Readonly<Record<string, string>>;
};

export async function startBench(
  options: Omit<StartEtcdOptions, 'binDir'> = {},
  logger: Logger = silentLogger,
): Promise<Bench> {
  const etcd = await startEtcd({ ...options, binDir: await etcdBinDir() });
  const clients: DiscoveryClient[] = [];
  const optionsWith = ({ conf, ...overrides }: Overrides = {}): DiscoveryOptions => ({
    addresses: etcd.addresses,
    sessionTimeoutMs: 60_000,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    logger,
    ...overrides,
    conf: new Map(Object.entries({ 'kyuubi.ha.etcd.lease.timeout': `PT${LEASE_SECONDS}S`, ...conf })),
  });
  return {
    etcd,
    options: optionsWith,
    open: async (overrides) => {
      const client = await discoveryPlugin.open(optionsWith(overrides), {});
      clients.push(client);
      return client;
    },
    [Symbol.asyncDispose]: async () => {
      etcd.resume();
      await Promise.all(clients.map((client) => client.close()));
      await etcd.stop();
    },
  };
}

export const spec = (host: string) => ({ host, port: 10_009, version: '1.12.0' });
export const hostsOf = (nodes: readonly { readonly host: string }[]) => nodes.map((node) => node.host);
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
