import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import {
  ConnectRequest,
  ConnectResponse,
  encodePacket,
  JuteReader,
  type JuteWriter,
  PacketFramer,
  ReplyHeader,
  RequestHeader,
} from '@senbon/zookeeper-embedded/wire';

const MAX_BYTES = 1 << 20;
const SESSION_ID = 0x1234n;
const PASSWORD = Buffer.alloc(16, 7);

export interface Heard {
  readonly xid: number;
  readonly type: number;
  readonly body: JuteReader;
}

/** A ZooKeeper on a string: it greets (or not), and the test answers requests as it likes. */
export class FakeServer {
  timeOut = 400;
  sessionId = SESSION_ID;
  greets = true;
  answersPings = true;
  /** What was asked at each connect. */
  readonly greetings: ConnectRequest[] = [];
  readonly #server: Server;
  readonly #sockets: Socket[] = [];
  readonly #heard: Heard[] = [];
  #wake: () => void = () => undefined;

  static async start(): Promise<FakeServer> {
    const fake = new FakeServer();
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  private constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get connections(): number {
    return this.#sockets.length;
  }

  /** The next request that is no ping. */
  async request(): Promise<Heard> {
    for (;;) {
      const heard = this.#heard.shift();
      if (heard !== undefined) return heard;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  reply(xid: number, err = 0, write: (writer: JuteWriter) => void = () => undefined): void {
    this.send(
      encodePacket(MAX_BYTES, (writer) => {
        ReplyHeader.write(writer, { xid, zxid: 9, err });
        write(writer);
      }),
    );
  }

  send(bytes: Buffer): void {
    this.#sockets.at(-1)?.write(bytes);
  }

  /** Cuts the newest connection. */
  cut(): void {
    this.#sockets.at(-1)?.resetAndDestroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.#sockets.push(socket);
    const framer = new PacketFramer(MAX_BYTES);
    let isGreeted = false;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      framer.push(chunk);
      for (let body = framer.next(); body !== null; body = framer.next()) {
        if (isGreeted) this.#hear(socket, new JuteReader(Buffer.from(body)));
        else this.#greet(socket, new JuteReader(body));
        isGreeted = true;
      }
    });
  }

  #greet(socket: Socket, reader: JuteReader): void {
    this.greetings.push(ConnectRequest.read(reader));
    if (!this.greets) return;
    const { timeOut, sessionId } = this;
    const response = { protocolVersion: 0, timeOut, sessionId, passwd: PASSWORD };
    socket.write(encodePacket(MAX_BYTES, (writer) => ConnectResponse.write(writer, response)));
  }

  #hear(socket: Socket, body: JuteReader): void {
    const { xid, type } = RequestHeader.read(body);
    if (xid !== -2) {
      this.#heard.push({ xid, type, body });
      this.#wake();
    } else if (this.answersPings) {
      const pong = { xid: -2, zxid: 0, err: 0 };
      socket.write(encodePacket(MAX_BYTES, (writer) => ReplyHeader.write(writer, pong)));
    }
  }
}
