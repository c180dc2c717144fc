import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { dispatch } from '../dispatch/dispatch.ts';
import type { Handlers } from '../dispatch/handlers.ts';
import { frame } from '../framing/frame.ts';
import { FrameDecoder } from '../framing/frame-decoder.ts';
import { MessageScanner } from '../framing/message-scanner.ts';
import { readEnvelope } from '../messages/envelope.ts';
import type { SaslCredentials } from '../sasl/plain-message.ts';
import { SaslPlainServer, type SaslServerStep } from '../sasl/plain-server.ts';

export interface CallContext {
  /** Null with NOSASL. */
  readonly credentials: SaslCredentials | null;
}

export interface HiveServerOptions {
  readonly handlers: Handlers<CallContext>;
  readonly mechanism?: 'PLAIN' | 'NOSASL';
  /** A text turns the client away. */
  readonly refuse?: (credentials: SaslCredentials) => string | null;
  /** How the replies are cut on the wire; default whole. */
  readonly chunkBytes?: number;
}

const MAX_BYTES = 1 << 24;

/** HiveServer2 in a few lines, made of the package's own parts, to try clients against. */
export class HiveServer {
  readonly host = '127.0.0.1';
  /** Methods in the order in which they came. */
  readonly calls: string[] = [];
  readonly sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #options: HiveServerOptions;

  static async start(options: HiveServerOptions): Promise<HiveServer> {
    const server = new HiveServer(options);
    await new Promise<void>((resolve) => server.#server.listen(0, server.host, resolve));
    return server;
  }

  private constructor(options: HiveServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => {});
    const sasl = this.#options.mechanism === 'NOSASL' ? null : new SaslPlainServer();
    const frames = sasl === null ? null : new FrameDecoder({ maxFrameBytes: MAX_BYTES });
    const scanner = new MessageScanner({ maxMessageBytes: MAX_BYTES });
    let credentials: SaslCredentials | null = null;
    let turn = Promise.resolve();
    socket.on('data', (chunk: Buffer) => {
      const step: SaslServerStep = sasl === null ? { rest: chunk } : sasl.push(chunk);
      if (sasl !== null && step.credentials !== undefined) {
        credentials = step.credentials;
        const refusal = this.#options.refuse?.(step.credentials) ?? null;
        this.#write(socket, refusal === null ? sasl.complete() : sasl.bad(refusal));
      }
      const payloads = frames === null ? [step.rest] : frames.push(step.rest);
      for (const message of payloads.flatMap((payload) => scanner.push(payload))) {
        turn = turn.then(async () => {
          const reply = await this.#answer(message, { credentials });
          this.#write(socket, frames === null ? reply : frame(reply));
        });
      }
    });
  }

  #answer(message: Uint8Array, context: CallContext): Promise<Uint8Array> {
    this.calls.push(readEnvelope(message).method);
    return dispatch(message, this.#options.handlers, context);
  }

  #write(socket: Socket, bytes: Uint8Array): void {
    const step = this.#options.chunkBytes ?? bytes.length;
    for (let at = 0; at < bytes.length; at += step) socket.write(bytes.subarray(at, at + step));
  }
}

export interface HttpRequestSeen {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface HttpHiveServer {
  readonly url: string;
  readonly requests: HttpRequestSeen[];
  readonly connections: () => number;
  close(): Promise<void>;
}

/** The same over HTTP. `answer` may take a request out of the dispatcher's hands. */
export async function startHttpHiveServer(
  handlers: Handlers<CallContext>,
  answer: (
    seen: HttpRequestSeen,
  ) => { status: number; body: string; headers?: Record<string, string> } | null = () => null,
): Promise<HttpHiveServer> {
  const requests: HttpRequestSeen[] = [];
  let connections = 0;
  const server: HttpServer = createHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const seen = { url: request.url ?? '', headers: request.headers };
      requests.push(seen);
      const other = answer(seen);
      if (other !== null && other.status !== 200) {
        response.writeHead(other.status, other.headers).end(other.body);
        return;
      }
      dispatch(Buffer.concat(chunks), handlers, { credentials: null }).then(
        (reply) =>
          response.writeHead(200, { 'content-type': 'application/x-thrift', ...other?.headers }).end(reply),
        () => response.destroy(),
      );
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cliservice`,
    requests,
    connections: () => connections,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
