import { dispatch, FrameDecoder, frame, MessageScanner, SaslPlainServer } from '@senbon/hive-thrift';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type FakeContext, FakeHiveService, type FakeServiceOptions } from './fake-hive-service.ts';

export interface FakeServerOptions extends FakeServiceOptions {
  readonly transport?: 'binary' | 'nosasl' | 'http';
  /** Logins with another password are refused. */
  readonly password?: string;
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer };
}

const MAX_BYTES = 1 << 20;

/** A HiveServer2 in this process, on a free port. */
export class FakeHiveServer {
  readonly service: FakeHiveService;
  /** Of HTTP: the headers of every request. */
  readonly requests: IncomingMessage['headers'][] = [];
  readonly paths: string[] = [];
  readonly #options: FakeServerOptions;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  static async start(options: FakeServerOptions = {}): Promise<FakeHiveServer> {
    const server = new FakeHiveServer(options);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  private constructor(options: FakeServerOptions) {
    this.#options = options;
    this.service = new FakeHiveService(options);
    this.#server = this.#createServer();
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  #createServer(): Server {
    const { transport, tls } = this.#options;
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#onRequest(request, response);
    };
    const onSocket = (socket: Socket): void => this.#onSocket(socket);
    if (transport === 'http') {
      return tls === undefined ? createHttpServer(onRequest) : createHttpsServer(tls, onRequest);
    }
    return tls === undefined ? createServer(onSocket) : createTlsServer(tls, onSocket);
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

  #onSocket(socket: Socket): void {
    const isFramed = this.#options.transport !== 'nosasl';
    const sasl = isFramed ? new SaslPlainServer() : null;
    const frames = new FrameDecoder({ maxFrameBytes: MAX_BYTES });
    const scanner = new MessageScanner({ maxMessageBytes: MAX_BYTES });
    let user: string | null = null;
    const take = (chunk: Uint8Array): void => {
      answer(chunk).catch(() => socket.destroy());
    };
    const answer = async (chunk: Uint8Array): Promise<void> => {
      const payloads = isFramed ? frames.push(chunk) : scanner.push(chunk);
      for (const message of payloads) {
        const reply = await this.#answer(message, { user });
        socket.write(isFramed ? frame(reply) : reply);
      }
    };
    socket.on('data', (chunk: Buffer) => {
      if (sasl === null || user !== null) {
        take(chunk);
        return;
      }
      const { credentials, rest } = sasl.push(chunk);
      if (credentials === undefined) return;
      const { password } = this.#options;
      if (password !== undefined && credentials.password !== password) {
        socket.end(sasl.bad('wrong password'));
        return;
      }
      user = credentials.user;
      socket.write(sasl.complete());
      take(rest);
    });
  }

  async #onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests.push(request.headers);
    this.paths.push(request.url ?? '');
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const [, encoded = ''] = (request.headers.authorization ?? '').split(' ');
    const [user = '', password] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
    if (this.#options.password !== undefined && password !== this.#options.password) {
      response.writeHead(401).end('wrong password');
      return;
    }
    const reply = await this.#answer(Buffer.concat(chunks), { user });
    response.writeHead(200, { 'content-type': 'application/x-thrift' }).end(reply);
  }

  #answer(message: Uint8Array, context: FakeContext): Promise<Uint8Array> {
    return dispatch(message, this.service.handlers, context);
  }
}
