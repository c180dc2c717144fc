import type { DiscoveryClient, DiscoveryOptions, DiscoveryPlugin } from '@senbon/core';
import type { ServerGroup } from '@senbon/testkit';

export const CONNECT_TIMEOUT_MS = 2_000;

export type Overrides = Partial<Omit<DiscoveryOptions, 'conf'>> & {
  readonly conf?: Readonly<Record<string, string>>;
};

/** Servers and the clients opened on them, all ended together. */
export interface DiscoveryBench extends AsyncDisposable {
  /** All of them as one, whatever they are. */
  readonly servers: ServerGroup;
  readonly plugin: DiscoveryPlugin;
  options(overrides?: Overrides): DiscoveryOptions;
  open(overrides?: Overrides): Promise<DiscoveryClient>;
}

/** Clients get `defaults` where a test does not override them. */
export function discoveryBench(
  servers: ServerGroup,
  plugin: DiscoveryPlugin,
  defaults: Overrides & Pick<DiscoveryOptions, 'sessionTimeoutMs' | 'logger'>,
): DiscoveryBench {
  const clients: DiscoveryClient[] = [];
  const options = ({ conf, ...overrides }: Overrides = {}): DiscoveryOptions => ({
    addresses: servers.addresses,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    ...defaults,
    ...overrides,
    conf: new Map(Object.entries({ ...defaults.conf, ...conf })),
  });
  return {
    servers,
    plugin,
    options,
    open: async (overrides) => {
      const client = await plugin.open(options(overrides), {});
      clients.push(client);
      return client;
    },
    [Symbol.asyncDispose]: async () => {
      servers.resume();
      await Promise.all(clients.map((client) => client.close()));
      await servers.stop();
    },
  };
}

export const spec = (host: string) => ({ host, port: 10_009, version: '1.12.0' });
export const hostsOf = (nodes: readonly { readonly host: string }[]) => nodes.map((node) => node.host);
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
