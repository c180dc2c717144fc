import {
  decodeReply,
  encodeCall,
  frame,
  type MethodName,
  MessageScanner,
  readEnvelope,
  SaslPlainClient,
  TFetchOrientation,
  TGetInfoType,
  TOperationType,
  TProtocolVersion,
} from '@senbon/hive-thrift';
import type { Address } from '../../support/gateway.ts';
import { Peer } from './peer.ts';

type Handle = { readonly guid: Uint8Array; readonly secret: Uint8Array };

/** What a conversation has learnt so far. Before that, handles that nobody has. */
export class Handles {
  session: Handle = { guid: new Uint8Array(16), secret: new Uint8Array(16) };
  operation: Handle = { guid: new Uint8Array(16), secret: new Uint8Array(16) };

  learn(reply: Uint8Array): void {
    const envelope = readEnvelope(reply);
    if (envelope.method === 'OpenSession') {
      const { sessionHandle } = decodeReply('OpenSession', reply, envelope);
      if (sessionHandle !== undefined) this.session = sessionHandle.sessionId;
    } else if (envelope.method === 'ExecuteStatement') {
      const { operationHandle } = decodeReply('ExecuteStatement', reply, envelope);
      if (operationHandle !== undefined) this.operation = operationHandle.operationId;
    }
  }

  get operationHandle() {
    const operationType = TOperationType.EXECUTE_STATEMENT;
    return { operationId: this.operation, operationType, hasResultSet: true };
  }
}

/** What a driver does for one query. */
export const calls: readonly {
  readonly method: MethodName;
  encode(handles: Handles): Uint8Array;
}[] = [
  {
    method: 'OpenSession',
    encode: () =>
      encodeCall('OpenSession', 1, {
        clientProtocol: TProtocolVersion.V10,
        username: 'anna',
        configuration: new Map([['use:database', 'default']]),
      }),
  },
  {
    method: 'GetInfo',
    encode: ({ session }) =>
      encodeCall('GetInfo', 2, { sessionHandle: { sessionId: session }, infoType: TGetInfoType.DBMS_NAME }),
  },
  {
    method: 'ExecuteStatement',
    encode: ({ session }) =>
      encodeCall('ExecuteStatement', 3, {
        sessionHandle: { sessionId: session },
        statement: "SELECT 42 AS answer, 'senbon' AS name",
        confOverlay: new Map([['kyuubi.operation.incremental.collect', 'false']]),
        runAsync: true,
        queryTimeout: 60n,
      }),
  },
  {
    method: 'GetOperationStatus',
    encode: ({ operationHandle }) => encodeCall('GetOperationStatus', 4, { operationHandle }),
  },
  {
    method: 'GetResultSetMetadata',
    encode: ({ operationHandle }) => encodeCall('GetResultSetMetadata', 5, { operationHandle }),
  },
  {
    method: 'FetchResults',
    encode: ({ operationHandle }) =>
      encodeCall('FetchResults', 6, {
        operationHandle,
        orientation: TFetchOrientation.FETCH_NEXT,
        maxRows: 1000n,
        fetchType: 0,
      }),
  },
  {
    method: 'CloseOperation',
    encode: ({ operationHandle }) => encodeCall('CloseOperation', 7, { operationHandle }),
  },
  {
    method: 'CloseSession',
    encode: ({ session }) => encodeCall('CloseSession', 8, { sessionHandle: { sessionId: session } }),
  },
];

/** How messages travel on one kind of port. */
export interface Wire {
  readonly name: string;
  /** What comes before the first message, and how many bytes answer it. */
  readonly hello: Uint8Array;
  readonly welcomeBytes: number;
  wrap(message: Uint8Array): Uint8Array;
  /** The reply that begins at `start`, and where it ends; null while it is not whole. */
  replyAt(received: Buffer, start: number): { readonly message: Uint8Array; readonly end: number } | null;
}

const NOTHING = new Uint8Array(0);
const WELCOME_BYTES = 5;

export function saslWire(user = 'anna', password = 'x'): Wire {
  return {
    name: 'SASL',
    hello: new SaslPlainClient({ user, password }).start(),
    welcomeBytes: WELCOME_BYTES,
    wrap: frame,
    replyAt(received, start) {
      if (received.length < start + 4) return null;
      const end = start + 4 + received.readInt32BE(start);
      return received.length < end ? null : { message: received.subarray(start + 4, end), end };
    },
  };
}

export const bareWire: Wire = {
  name: 'NOSASL',
  hello: NOTHING,
  welcomeBytes: 0,
  wrap: (message) => message,
  replyAt(received, start) {
    const scanner = new MessageScanner({ maxMessageBytes: received.length + 1 });
    const [message] = scanner.push(received.subarray(start));
    return message === undefined ? null : { message, end: start + message.length };
  },
};

export function httpRequest(
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
  line = 'POST /cliservice HTTP/1.1',
): Buffer {
  const all: Record<string, string> = {
    host: 'gateway',
    authorization: `Basic ${Buffer.from('anna:x').toString('base64')}`,
    'content-type': 'application/x-thrift',
    'content-length': String(body.length),
    ...headers,
  };
  const text = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${line}\r\n${text.join('')}\r\n`, 'latin1'), body]);
}

export const httpWire: Wire = {
  name: 'HTTP',
  hello: NOTHING,
  welcomeBytes: 0,
  wrap: (message) => httpRequest(message),
  replyAt(received, start) {
    const text = received.toString('latin1', start);
    const body = text.indexOf('\r\n\r\n') + 4;
    if (body < 4) return null;
    const length = Number(/^content-length: *(\d+)/im.exec(text.slice(0, body))?.[1] ?? 0);
    const end = start + body + length;
    return received.length < end ? null : { message: received.subarray(start + body, end), end };
  },
};

/** The connection of a client that has got as far as its `upTo`th call, and what it knows. */
export class Dialog {
  readonly peer: Peer;
  readonly handles = new Handles();
  /** Bytes sent so far. */
  sent = 0;
  readonly #wire: Wire;
  #read = 0;

  static async open(address: Address, wire: Wire): Promise<Dialog> {
    return new Dialog(await Peer.connect(address), wire);
  }

  private constructor(peer: Peer, wire: Wire) {
    this.peer = peer;
    this.#wire = wire;
  }

  /** Sends the handshake and waits for its end. */
  async greet(): Promise<void> {
    const { hello, welcomeBytes } = this.#wire;
    if (hello.length === 0) return;
    this.peer.send(hello);
    this.sent += hello.length;
    await this.peer.until(welcomeBytes);
    this.#read = welcomeBytes;
  }

  /** Makes the calls in order. Rejects when a reply does not come. */
  async make(count: number): Promise<void> {
    for (const call of calls.slice(0, count)) await this.ask(call.encode(this.handles));
  }

  async ask(message: Uint8Array): Promise<Uint8Array> {
    const bytes = this.#wire.wrap(message);
    this.peer.send(bytes);
    this.sent += bytes.length;
    const reply = await this.reply();
    this.handles.learn(reply);
    return reply;
  }

  /** The next reply. */
  async reply(): Promise<Uint8Array> {
    for (;;) {
      const found = this.#wire.replyAt(this.peer.received, this.#read);
      if (found !== null) {
        this.#read = found.end;
        return found.message;
      }
      if (this.peer.isOver) throw new Error(`the connection ended instead of a reply (${this.#wire.name})`);
      await this.peer.until(this.peer.receivedBytes + 1);
    }
  }
}
