import type { AddressInfo, Server } from 'node:net';
import { messageOf, SenbonError } from '../errors/senbon-error.ts';

export interface ListenTarget {
  readonly host: string | null;
  readonly port: number;
  readonly frontend: string;
  /** The key that sets the port, for the error. */
  readonly portKey: string;
}

/** Pending connections the kernel holds while all of a burst are accepted. */
const BACKLOG = 1_024;

/** The bound port. Throws BIND_FAILED. */
export async function listen(server: Server, target: ListenTarget): Promise<number> {
  const { host, port, frontend, portKey } = target;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, backlog: BACKLOG, ...(host === null ? {} : { host }) }, () => {
        server.off('error', reject);
        resolve();
      });
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
