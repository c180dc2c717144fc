import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { JuteReader } from '../wire/jute-reader.ts';
import type { JuteWriter } from '../wire/jute-writer.ts';
import { NOTIFICATION_XID, OpCode, PING_XID } from '../wire/op-code.ts';
import { encodePacket, PacketFramer } from '../wire/packet-framer.ts';
import {
  AuthPacket,
  ConnectRequest,
  ConnectResponse,
  CreateRequest,
  ReplyHeader,
  RequestHeader,
  WatcherEvent,
} from '../wire/records.ts';
import { OPEN_ACL } from '../tree/acl.ts';

const MAX_BYTES = 64 * 1024 * 1024;
const AUTH_XID = -4;

export interface Reply {
  readonly xid: number;
  readonly zxid: number;
  readonly err: number;
  readonly body: JuteReader;
}

export interface Event {
  readonly type: number;
  readonly path: string;
  readonly zxid: number;
}

export interface Handshake {
  readonly sessionId?: bigint;
  readonly password?: Buffer;
  readonly timeoutMs?: number;
  readonly lastZxid?: number;
  /** False leaves the `readOnly` byte out, as clients before 3.4 do. */
  readonly withReadOnly?: boolean;
}

/** What a connect response says. */
export interface Granted {
  readonly sessionId: bigint;
  readonly password: Buffer;
  readonly timeoutMs: number;
  readonly hasReadOnly: boolean;
}

/** A client that sends exactly what a test says and keeps, in order, all that came back. */
export class RawClient {
  readonly socket: Socket;
  /** Replies and events in the order they came: the order is part of the protocol. */
  readonly arrivals: (Reply | Event)[] = [];
  readonly closed: Promise<void>;
  readonly #framer = new PacketFramer(MAX_BYTES);
  readonly #waiting: ((packet: Buffer) => void)[] = [];
  readonly #packets: Buffer[] = [];
  #xid = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.once('close', () => resolve());
    });
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.#framer.push(chunk);
      for (let packet = this.#framer.next(); packet !== null; packet = this.#framer.next())
        this.#arrive(packet);
    });
  }

  /** Opens the socket only. */
  static async open(port: number): Promise<RawClient> {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  get events(): Event[] {
    return this.arrivals.filter((arrival): arrival is Event => 'path' in arrival);
  }

  async greet(handshake: Handshake = {}): Promise<Granted> {
    this.write((writer) => {
      ConnectRequest.write(writer, {
        protocolVersion: 0,
        lastZxidSeen: handshake.lastZxid ?? 0,
        timeOut: handshake.timeoutMs ?? 10_000,
        sessionId: handshake.sessionId ?? 0n,
        passwd: handshake.password ?? Buffer.alloc(16),
      });
      if (handshake.withReadOnly !== false) writer.writeBool(false);
    });
    const reader = new JuteReader(await this.#nextPacket());
    const { sessionId, passwd, timeOut } = ConnectResponse.read(reader);
    return {
      sessionId,
      password: passwd ?? Buffer.alloc(0),
      timeoutMs: timeOut,
      hasReadOnly: reader.remaining > 0,
    };
  }

  write(write: (writer: JuteWriter) => void): void {
    this.socket.write(encodePacket(MAX_BYTES, write));
  }

  /** Sends a request and waits for its reply; events that come first are kept. */
  async request(type: number, writeBody?: (writer: JuteWriter) => void, xid?: number): Promise<Reply> {
    const sent = xid ?? (this.#xid += 1);
    this.send(type, sent, writeBody);
    for (;;) {
      const arrival = this.#parse(await this.#nextPacket());
      this.arrivals.push(arrival);
      if ('body' in arrival && arrival.xid === sent) return arrival;
    }
  }

  send(type: number, xid: number, writeBody?: (writer: JuteWriter) => void): void {
    this.write((writer) => {
      RequestHeader.write(writer, { xid, type });
      writeBody?.(writer);
    });
  }

  /** After this everything that the server had sent by now is in `arrivals`. */
  async ping(): Promise<Reply> {
    return this.request(OpCode.ping, undefined, PING_XID);
  }

  async create(path: string, flags = 0, data: Buffer | null = null): Promise<Reply> {
    return this.request(OpCode.create, (writer) =>
      CreateRequest.write(writer, { path, data, acl: OPEN_ACL, flags }),
    );
  }

  async auth(scheme: string, auth: string): Promise<Reply> {
    return this.request(
      OpCode.auth,
      (writer) => AuthPacket.write(writer, { type: 0, scheme, auth: Buffer.from(auth) }),
      AUTH_XID,
    );
  }

  destroy(): void {
    this.socket.destroy();
  }

  #arrive(packet: Buffer): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#packets.push(packet);
    else waiting(packet);
  }

  async #nextPacket(): Promise<Buffer> {
    const packet = this.#packets.shift();
    if (packet !== undefined) return packet;
    const arrived = new Promise<Buffer>((resolve) => {
      this.#waiting.push(resolve);
    });
    return Promise.race([arrived, this.#closedEarly()]);
  }

  async #closedEarly(): Promise<never> {
    await this.closed;
    throw new Error('the server has closed the connection');
  }

  #parse(packet: Buffer): Reply | Event {
    const body = new JuteReader(packet);
    const { xid, zxid, err } = ReplyHeader.read(body);
    if (xid !== NOTIFICATION_XID) return { xid, zxid, err, body };
    const { type, path } = WatcherEvent.read(body);
    return { type, path, zxid };
  }
}
