import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import {
  encodeReply,
  frame,
  FrameDecoder,
  type MethodName,
  readEnvelope,
  SaslPlainServer,
  TOperationState,
  TOperationType,
  TProtocolVersion,
  TStatusCode,
} from '@senbon/hive-thrift';

const MAX_FRAME_BYTES = 16 * 1_048_576;
const id = { guid: Buffer.alloc(16, 1), secret: Buffer.alloc(16, 2) };
const status = { statusCode: TStatusCode.SUCCESS };
const operationHandle = {
  operationId: id,
  operationType: TOperationType.EXECUTE_STATEMENT,
  hasResultSet: true,
};

/** What an engine answers that means well, as far as the tests go. */
export function goodReply(method: MethodName, sequenceId: number): Uint8Array {
  switch (method) {
    case 'OpenSession':
      return encodeReply(method, sequenceId, {
        status,
        serverProtocolVersion: TProtocolVersion.V10,
        sessionHandle: { sessionId: id },
        configuration: new Map(),
      });
    case 'ExecuteStatement':
      return encodeReply(method, sequenceId, { status, operationHandle });
    case 'GetOperationStatus':
      return encodeReply(method, sequenceId, { status, operationState: TOperationState.FINISHED });
    case 'CloseSession':
      return encodeReply(method, sequenceId, { status });
    default:
      return encodeReply('CloseOperation', sequenceId, { status });
  }
}

export interface Request {
  readonly method: MethodName;
  readonly sequenceId: number;
  readonly socket: Socket;
}

export interface FakeEngineOptions {
  /** In place of a login: what becomes of a connection. */
  readonly onConnection?: (socket: Socket) => void;
  /** In place of the good reply; false when that is to be sent. */
  readonly onRequest?: (request: Request) => boolean;
}

/** A process's worth of engine that says what a test wants it to say. */
export class FakeEngine {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  static async start(options: FakeEngineOptions): Promise<FakeEngine> {
    const engine = new FakeEngine(options);
    engine.#server.listen(0, '127.0.0.1');
    await once(engine.#server, 'listening');
    return engine;
  }

  private constructor({ onConnection, onRequest }: FakeEngineOptions) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
      if (onConnection === undefined) serve(socket, onRequest ?? (() => false));
      else onConnection(socket);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function serve(socket: Socket, onRequest: (request: Request) => boolean): void {
  const sasl = new SaslPlainServer();
  const frames = new FrameDecoder({ maxFrameBytes: MAX_FRAME_BYTES });
  let isLoggedIn = false;
  socket.on('data', (chunk: Buffer) => {
    let bytes: Uint8Array = chunk;
    if (!isLoggedIn) {
      const { credentials, rest } = sasl.push(chunk);
      if (credentials === undefined) return;
      isLoggedIn = true;
      socket.write(sasl.complete());
      bytes = rest;
    }
    for (const message of frames.push(bytes)) {
      const { method, seqId: sequenceId } = readEnvelope(message);
      const request = { method: method as MethodName, sequenceId, socket };
      if (!onRequest(request)) socket.write(frame(goodReply(request.method, sequenceId)));
    }
  });
}
