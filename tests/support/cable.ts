import { once } from 'node:events';
import { type Socket, connect, createServer } from 'node:net';

/** A way to a server that can be cut like a cable: nothing passes, nothing is closed, and new connections get nowhere. */
export interface Cable extends AsyncDisposable {
  readonly address: string;
  cut(): void;
  mend(): void;
}

/** To a port of the loopback interface, from one of `host`. */
export async function layCable(port: number, host = '127.0.0.1'): Promise<Cable> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      if (isCut) from.pause();
      from.on('data', (chunk) => to.write(chunk));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    if (isCut) for (const socket of [near, far]) socket.pause();
  });
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the cable has no port');
  return {
    address: `${host}:${address.port}`,
    cut: () => {
      isCut = true;
      for (const socket of sockets) socket.pause();
    },
    mend: () => {
      isCut = false;
      for (const socket of sockets) socket.resume();
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
