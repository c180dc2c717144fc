import { lookup } from 'node:dns/promises';
import { hostname, networkInterfaces } from 'node:os';

export interface AdvertisedHostInput {
  readonly advertisedHost: string | null;
  readonly bindHost: string | null;
  readonly useHostname: boolean;
}

const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::', '*', '']);

/** The host that clients are told: configured, else the bind host, else this machine's name or address. */
export async function advertisedHostOf(input: AdvertisedHostInput): Promise<string> {
  const { advertisedHost, bindHost, useHostname } = input;
  if (advertisedHost !== null) return advertisedHost;
  if (bindHost !== null && !WILDCARDS.has(bindHost)) return bindHost;
  return useHostname && (await resolves(hostname())) ? hostname() : localIp();
}

/** This machine's first IPv4 address that is not loopback, else loopback. */
export function localIp(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

/** Publishing a name that not even this machine can resolve would lock every client out. */
async function resolves(name: string): Promise<boolean> {
  return lookup(name).then(
    () => true,
    () => false,
  );
}

/** `addresses` with `port` added where one is missing (`kyuubi.ha.zookeeper.client.port`). */
export function withDefaultPort(addresses: string, port: number | null): string {
  if (port === null) return addresses;
  return addresses
    .split(',')
    .map((address) => {
      // Behind the last server may stand a chroot.
      const [, server = '', chroot = ''] = /^((?:https?:\/\/)?[^/]*)(.*)$/.exec(address.trim()) ?? [];
      return /:\d+$/.test(server) ? `${server}${chroot}` : `${server}:${port}${chroot}`;
    })
    .join(',');
}
