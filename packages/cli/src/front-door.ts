import { type Conf, frontendArea, type Gateway, readArea, SenbonError, trimSlashes } from '@senbon/core';
import type { HiveClientOptions } from '@senbon/hive-thrift';
import { readFile, rename, writeFile } from 'node:fs/promises';

/** How a client on this machine reaches a gateway; plain data, so that it can be written down for another process. */
export type FrontDoor =
  | { readonly mode: 'binary'; readonly host: string; readonly port: number; readonly isNoSasl: boolean }
  | { readonly mode: 'http'; readonly url: string };

const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::', '*', '']);

/** The first configured Thrift frontend, at an address of this machine: the advertised one may be a load balancer's. */
export function frontDoorOf(gateway: Pick<Gateway, 'frontends'>, conf: Conf): FrontDoor {
  const config = readArea(frontendArea, conf);
  const frontend = gateway.frontends.find(({ protocol }) => protocol !== 'REST');
  if (frontend === undefined)
    throw new SenbonError('INTERNAL', {
      problem: 'no Thrift frontend is configured (kyuubi.frontend.protocols)',
    });
  const { port } = frontend;
  if (frontend.protocol === 'THRIFT_HTTP') {
    const host = urlHost(localHost(config.httpHost));
    return { mode: 'http', url: `http://${host}:${port}/${trimSlashes(config.httpPath)}` };
  }
  const isNoSasl = conf.get('kyuubi.authentication')?.trim().toUpperCase() === 'NOSASL';
  return { mode: 'binary', host: localHost(config.binaryHost), port, isNoSasl };
}

export function clientOptionsOf(
  door: FrontDoor,
  login: { user: string; password: string },
): HiveClientOptions {
  if (door.mode === 'http') return { mode: 'http', url: door.url, auth: { scheme: 'basic', ...login } };
  const { host, port } = door;
  return { host, port, auth: door.isNoSasl ? { mechanism: 'NOSASL' } : { mechanism: 'PLAIN', ...login } };
}

/** At once or not at all: who waits for it may be reading. */
export async function writeFrontDoor(path: string, door: FrontDoor): Promise<void> {
  const draft = `${path}.new`;
  await writeFile(draft, `${JSON.stringify(door)}\n`);
  await rename(draft, path);
}

/** `null` when the gateway has not said yet that it serves. */
export async function readFrontDoor(path: string): Promise<FrontDoor | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as FrontDoor);
}

function localHost(bindHost: string | null): string {
  return bindHost === null || WILDCARDS.has(bindHost) ? '127.0.0.1' : bindHost;
}

function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
