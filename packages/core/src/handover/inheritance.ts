import { z } from 'zod';
import type { AreaConfig } from '../config/area.ts';
import { SenbonError } from '../errors/senbon-error.ts';
import type { frontendArea } from '../frontend/config.ts';

const socketSchema = z.object({
  protocol: z.string(),
  /** As configured, `null` for all addresses. */
  host: z.string().nullable(),
  port: z.number().int().min(1).max(65_535),
  fd: z.number().int().min(0),
});

const inheritanceSchema = z.object({
  sockets: z.array(socketSchema),
  /** Unix socket at which the sessions of the process before are served, as long as it lives. */
  backDoor: z.string(),
  /** Where that process expects the same of the new one. */
  ownDoor: z.string(),
});

/** A frontend's listening socket. */
export type ListeningSocket = Readonly<z.infer<typeof socketSchema>>;

/** What a gateway hands to the process that takes its place. */
export interface Inheritance {
  readonly sockets: readonly ListeningSocket[];
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
 * Whoever connects to a handed socket must find what was there before. Throws UPGRADE_REFUSED when the new configuration
 * has another place in mind, or none.
 */
export function checkInheritance(config: AreaConfig<typeof frontendArea>, { sockets }: Inheritance): void {
  const places: Readonly<Record<string, { host: string | null; port: number; keys: string }>> = {
    THRIFT_BINARY: {
      host: config.binaryHost,
      port: config.binaryPort,
      keys: 'kyuubi.frontend.thrift.binary.bind',
    },
    THRIFT_HTTP: { host: config.httpHost, port: config.httpPort, keys: 'kyuubi.frontend.thrift.http.bind' },
    REST: { host: config.restHost, port: config.restPort, keys: 'kyuubi.frontend.rest.bind' },
  };
  const protocols = new Set(config.protocols.map((protocol) => protocol.toUpperCase()));
  for (const { protocol, host, port } of sockets) {
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
  }
}

function refusal(problem: string): SenbonError {
  return new SenbonError('UPGRADE_REFUSED', { problem });
}
