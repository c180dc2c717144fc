import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A TCP client that sends and sees bytes, nothing more. */
export class RawSocket {
  readonly socket: Socket;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
  isEnded = false;
  #received: Buffer = Buffer.alloc(0);
  #listeners: (() => void)[] = [];

  static async open(port: number): Promise<RawSocket> {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    const raw = new RawSocket(socket);
    await once(socket, 'connect');
    return raw;
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#changed();
    });
    socket.on('error', () => {});
    socket.on('end', () => {
      this.isEnded = true;
      this.#changed();
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.isEnded = true;
        this.#changed();
        resolve();
      });
    });
  }

  get received(): Buffer {
    return this.#received;
  }

  send(...parts: (Uint8Array | string)[]): void {
    this.socket.write(Buffer.concat(parts.map((part) => Buffer.from(part as string))));
  }

  /** The first `count` bytes received and not yet taken. */
  async take(count: number): Promise<Buffer> {
    await this.until(() => this.#received.length >= count || this.isEnded);
    if (this.#received.length < count) {
      throw new Error(`the connection ended after ${this.#received.length} of ${count} bytes`);
    }
    const taken = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return taken;
  }

  /** The next message with a 4-byte length before it. */
  async takeFrame(): Promise<Buffer> {
    return this.take((await this.take(4)).readInt32BE(0));
  }

  async takeSasl(): Promise<{ readonly status: number; readonly text: string }> {
    const head = await this.take(5);
    return { status: head[0] as number, text: (await this.take(head.readInt32BE(1))).toString('utf8') };
  }

  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) {
      await new Promise<void>((resolve) => {
        this.#listeners.push(resolve);
      });
    }
  }

  /** The server has said that it sends no more. */
  ended(): Promise<void> {
    return this.until(() => this.isEnded);
  }

  destroy(): void {
    this.socket.destroy();
  }

  #changed(): void {
    for (const wake of this.#listeners.splice(0)) wake();
  }
}
