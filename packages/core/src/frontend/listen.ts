import type { AddressInfo, Server } from 'node:net';
import { messageOf, SenbonError } from '../errors/senbon-error.ts';

export interface ListenTarget {
  readonly host: string | null;
  readonly port: number;
  readonly frontend: string;
  /** The key that sets the port, for the error. */
  readonly portKey: string;
  /** Listens already, and belongs to another process too: nothing is bound. */
  readonly fd?: number | undefined;
}

/** Pending connections the kernel holds while all of a burst are accepted. */
const BACKLOG = 1_024;

/** The bound port. Throws BIND_FAILED. */
export async function listen(server: Server, target: ListenTarget): Promise<number> {
  const { host, port, frontend, portKey, fd } = target;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      const onListening = () => {
        server.off('error', reject);
        resolve();
      };
      if (fd === undefined) {
        server.listen({ port, backlog: BACKLOG, ...(host === null ? {} : { host }) }, onListening);
      } else {
        server.listen({ fd }, BACKLOG, onListening);
      }
    });
  } catch (error) {
    const address = `${host ?? '*'}:${port}`;
    throw new SenbonError(
      'BIND_FAILED',
      { address, frontend, problem: messageOf(error), key: portKey },
      { cause: error },
    );
  }
  return (server.address() as AddressInfo).port;
}

/** The handle's number; Node.js has no public word for it. */
export function fdOf(server: Server): number | null {
  const { _handle: handle } = server as Server & { readonly _handle?: { readonly fd?: number } | null };
  const fd = handle?.fd;
  return fd === undefined || fd < 0 ? null : fd;
}
