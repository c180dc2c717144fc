import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP way to a port of this machine, with back-pressure, whose connections can be broken; new ones can be made. */
export class Tether {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, sockets: Set<Socket>) {
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
    this.#sockets = sockets;
  }

  static async to(port: number): Promise<Tether> {
    const sockets = new Set<Socket>();
    const server = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(one);
        one
          .on('error', () => other.destroy())
          .on('close', () => {
            sockets.delete(one);
            other.destroy();
          });
        one.pipe(other);
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Tether(server, sockets);
  }

  /** Returns how many connections there were. */
  sever(): number {
    const { size } = this.#sockets;
    for (const socket of this.#sockets) socket.resetAndDestroy();
    return size / 2;
  }

  async close(): Promise<void> {
    this.sever();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
