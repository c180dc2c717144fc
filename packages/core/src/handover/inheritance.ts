import { z } from 'zod';
import type { AreaConfig } from '../config/area.ts';
import { trimSlashes } from '../config/trim-slashes.ts';
import { SenbonError } from '../errors/senbon-error.ts';
import type { frontendArea } from '../frontend/config.ts';

const socketSchema = z.object({
  protocol: z.string(),
  /** As configured, `null` for all addresses. */
  host: z.string().nullable(),
  port: z.number().int().min(1).max(65_535),
  fd: z.number().int().min(0),
  /** Where Thrift is served over HTTP, without slashes around it. An older version does not say, nor its `space`. */
  path: z.string().optional(),
});

const spaceSchema = z.object({ namespace: z.string(), addresses: z.string() });

const inheritanceSchema = z.object({
  sockets: z.array(socketSchema),
  space: spaceSchema.optional(),
  /** Unix socket at which the sessions of the process before are served, as long as it lives. */
  backDoor: z.string(),
  /** Where that process expects the same of the new one. */
  ownDoor: z.string(),
});

/** A frontend's listening socket. */
export type ListeningSocket = Readonly<z.infer<typeof socketSchema>>;

/** Where the engines and the other gateways are found. */
export type HandedSpace = Readonly<z.infer<typeof spaceSchema>>;

/** What a gateway hands to the process that takes its place. */
export interface Inheritance {
  readonly sockets: readonly ListeningSocket[];
  readonly space?: HandedSpace | undefined;
  readonly backDoor: string;
  readonly ownDoor: string;
}

/** Throws UPGRADE_REFUSED. */
export function parseInheritance(text: string): Inheritance {
  try {
    return inheritanceSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new SenbonError(
      'UPGRADE_REFUSED',
      { problem: 'the running gateway hands over in a way that this version does not know' },
      { cause: error },
    );
  }
}

/**
 * Whoever connects to a handed socket must find what was there before, and who looks in service discovery, too. Throws
 * UPGRADE_REFUSED when the new configuration has another place in mind, or none.
 */
export function checkInheritance(present: InheritanceConfig, { sockets, space }: Inheritance): void {
  checkSockets(present.frontend, sockets);
  if (space !== undefined) checkSpace(present, space);
}

export interface InheritanceConfig {
  readonly frontend: AreaConfig<typeof frontendArea>;
  readonly namespace: string;
  /** `null` as long as they are not known. */
  readonly addresses: string | null;
}

function checkSockets(config: AreaConfig<typeof frontendArea>, sockets: readonly ListeningSocket[]): void {
  const places: Readonly<Record<string, { host: string | null; port: number; keys: string }>> = {
    THRIFT_BINARY: {
      host: config.binaryHost,
      port: config.binaryPort,
      keys: 'kyuubi.frontend.thrift.binary.bind',
    },
    THRIFT_HTTP: { host: config.httpHost, port: config.httpPort, keys: 'kyuubi.frontend.thrift.http.bind' },
    REST: { host: config.restHost, port: config.restPort, keys: 'kyuubi.frontend.rest.bind' },
  };
  const protocols: ReadonlySet<string> = new Set(config.protocols);
  for (const { protocol, host, port, path } of sockets) {
    const place = places[protocol];
    if (place === undefined || !protocols.has(protocol)) {
      throw refusal(`it serves ${protocol}, which is not among kyuubi.frontend.protocols any more`);
    }
    // Port 0 is any, so also the one in use.
    if (place.port !== 0 && place.port !== port) {
      throw refusal(
        `it serves ${protocol} at port ${port}, and ${place.keys}.port is ${place.port} now. Give ${port} back, or use: kyuubi restart`,
      );
    }
    if (place.host !== host) {
      throw refusal(
        `it serves ${protocol} at the address ${host ?? '*'}, and ${place.keys}.host is ${place.host ?? 'unset'} now. Give it back, or use: kyuubi restart`,
      );
    }
    if (path !== undefined && path !== trimSlashes(config.httpPath)) {
      throw refusal(
        `it serves ${protocol} at the path ${path}, and kyuubi.frontend.thrift.http.path is ${config.httpPath} now. Give ${path} back, or use: kyuubi restart`,
      );
    }
  }
}

function checkSpace(
  present: Omit<InheritanceConfig, 'frontend'>,
  { namespace, addresses }: HandedSpace,
): void {
  if (trimSlashes(present.namespace) !== trimSlashes(namespace)) {
    throw refusal(
      `it is registered in the namespace ${namespace}, and kyuubi.ha.namespace is ${present.namespace} now. Give ${namespace} back, or use: kyuubi restart`,
    );
  }
  if (present.addresses !== null && !isSameEnsemble(present.addresses, addresses)) {
    throw refusal(
      `it is registered at ${addresses}, and kyuubi.ha.addresses is ${present.addresses} now, which names none of these. Give one of them back, or use: kyuubi restart`,
    );
  }
}

/** Ensembles grow and shrink; one that has no member in common is another. Behind a slash is ZooKeeper's root for us. */
function isSameEnsemble(present: string, before: string): boolean {
  const [hosts, root] = membersOf(present);
  const [hostsBefore, rootBefore] = membersOf(before);
  return root === rootBefore && hosts.some((host) => hostsBefore.includes(host));
}

function membersOf(addresses: string): readonly [hosts: readonly string[], root: string] {
  const [, scheme = '', rest = ''] = /^(\w+:\/\/)?(.*)$/.exec(addresses.trim()) ?? [];
  const [hosts = '', ...root] = rest.split('/');
  // etcd takes addresses with a scheme each; what is behind the first is no root.
  if (scheme !== '') return [addresses.split(',').map((address) => address.trim()), ''];
  return [hosts.split(',').map((host) => host.trim()), trimSlashes(root.join('/'))];
}

function refusal(problem: string): SenbonError {
  return new SenbonError('UPGRADE_REFUSED', { problem });
}
