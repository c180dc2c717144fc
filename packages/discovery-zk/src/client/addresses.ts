import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { SenbonError, messageOf } from '@senbon/core';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Ensemble {
  readonly addresses: readonly Address[];
  /** `''` or `/a/b`: every path of this client is below it. */
  readonly chroot: string;
}

const DEFAULT_PORT = 2181;

/** Parses `h1:2181,[::1]:2181,h3/chroot`, ZooKeeper's own connect string. */
export function parseAddresses(text: string): Ensemble {
  const slash = text.indexOf('/');
  const hosts = slash < 0 ? text : text.slice(0, slash);
  const chroot = slash < 0 ? '' : text.slice(slash).replace(/\/+$/, '');
  const addresses = hosts
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => parseAddress(part, text));
  if (addresses.length === 0) throw invalid(text, 'it names no host');
  if (chroot.includes('//')) throw invalid(text, 'its path has an empty part');
  return { addresses, chroot };
}

function parseAddress(part: string, whole: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(part);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? DEFAULT_PORT : Number(match[3]);
  if (host === undefined) throw invalid(whole, `${part} is not host:port (write IPv6 as [address]:port)`);
  if (port < 1 || port > 65_535) throw invalid(whole, `${part} has no valid port`);
  return { host, port };
}

function invalid(value: string, problem: string): SenbonError {
  return new SenbonError('CONFIG_INVALID', {
    key: 'kyuubi.ha.addresses',
    value,
    where: 'addresses of ZooKeeper',
    problem,
  });
}

export type Resolve = (host: string) => Promise<readonly string[]>;

/**
 * The numeric addresses `a:1,b:2` of an ensemble; IPv6 without brackets, so the port is behind the last colon.
 * A host that cannot be resolved is left out; throws `DISCOVERY_UNREACHABLE` when none is left.
 */
export async function resolveServers(ensemble: Ensemble, resolve: Resolve = resolveName): Promise<string> {
  const problems: string[] = [];
  const found = await Promise.all(
    ensemble.addresses.map(async ({ host, port }) => {
      try {
        const numbers = isIP(host) === 0 ? await resolve(host) : [host];
        return numbers.map((number) => `${number}:${port}`);
      } catch (error) {
        problems.push(messageOf(error));
        return [];
      }
    }),
  );
  const servers = [...new Set(found.flat())];
  if (servers.length > 0) return servers.join(',');
  const problem = `no host name could be resolved (${problems.join('; ')})`;
  throw new SenbonError('DISCOVERY_UNREACHABLE', { addresses: describe(ensemble), problem });
}

async function resolveName(host: string): Promise<readonly string[]> {
  const answers = await lookup(host, { all: true });
  return answers.map((answer) => answer.address);
}

export function describe({ addresses, chroot }: Ensemble): string {
  const hosts = addresses.map(({ host, port }) =>
    isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`,
  );
  return hosts.join(',') + chroot;
}

export function hasNames({ addresses }: Ensemble): boolean {
  return addresses.some(({ host }) => isIP(host) === 0);
}
