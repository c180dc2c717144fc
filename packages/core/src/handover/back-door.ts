import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AreaConfig } from '../config/area.ts';
import { SenbonError } from '../errors/senbon-error.ts';
import type { frontendArea } from '../frontend/config.ts';
import { readBody } from '../frontend/http-request.ts';
import { HttpSink } from '../frontend/http-sink.ts';
import type { RequestMemory } from '../frontend/request-memory.ts';
import type { ThriftService } from '../frontend/thrift-service.ts';
import type { Clock } from '../ports/clock.ts';
import { listenPrivately } from './listen-privately.ts';

export interface BackDoorOptions {
  readonly service: ThriftService;
  readonly memory: RequestMemory;
  readonly config: AreaConfig<typeof frontendArea>;
  readonly clock: Clock;
}

/** Calls of clients whose connection the next process has. */
export const CALLS_PATH = '/calls';
/** A request that is not answered before the door closes: how the next process hears of the end. */
export const END_PATH = '/end';
/** The authenticated user, URI-encoded; absent under NOSASL. */
export const USER_HEADER = 'x-senbon-user';
export const IP_HEADER = 'x-senbon-ip';

/**
 * Where a gateway that gives way serves its sessions for the process that took its place: an HTTP client comes with a new
 * connection for every call, and that one is not ours any more. Only processes of the same OS user can connect, so what they
 * say about a client is believed.
 */
export class BackDoor {
  readonly #options: BackDoorOptions;
  readonly #server: Server;

  constructor(options: BackDoorOptions) {
    this.#options = options;
    // The next process waits at END_PATH for as long as this one lives.
    this.#server = createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 });
    this.#server.on('request', (request, response) => void this.#answer(request, response));
  }

  /** Throws FOLDER_UNUSABLE. */
  async open(path: string): Promise<void> {
    await listenPrivately(this.#server, path);
  }

  /** Idempotent. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === END_PATH) return;
    const { service, config, clock } = this.#options;
    const memory = this.#options.memory.open();
    try {
      const { maxMessageBytes: maxBytes, stallTimeoutMs } = config;
      const message = await readBody(request, { maxBytes, memory, periodMs: stallTimeoutMs, clock });
      const sink = new HttpSink(response, { stallTimeoutMs, clock });
      const client = { user: userOf(request), ip: headerOf(request, IP_HEADER) ?? 'unknown' };
      await service.handle(message, { ...client, onSessionOpened: () => {} }, sink);
      sink.end();
    } catch (error) {
      if (response.headersSent) response.destroy();
      else response.writeHead(SenbonError.from(error).httpStatus).end();
    } finally {
      memory.set(0);
    }
  }
}

function userOf(request: IncomingMessage): string | null {
  const user = headerOf(request, USER_HEADER);
  return user === null ? null : decodeURIComponent(user);
}

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}
