import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AreaConfig } from '../config/area.ts';
import { SenbonError } from '../errors/senbon-error.ts';
import type { frontendArea } from '../frontend/config.ts';
import { readBody } from '../frontend/http-request.ts';
import { goneBefore } from '../frontend/client-gone.ts';
import { HttpSink } from '../frontend/http-sink.ts';
import type { RequestMemory } from '../frontend/request-memory.ts';
import type { ThriftService } from '../frontend/thrift-service.ts';
import type { LeftSessions } from '../lifecycle/left-sessions.ts';
import type { Clock } from '../ports/clock.ts';
import { listenPrivately } from './listen-privately.ts';

export interface BackDoorOptions {
  readonly service: ThriftService;
  readonly memory: RequestMemory;
  readonly config: AreaConfig<typeof frontendArea>;
  readonly left: (deadlineMs: number | null) => Promise<LeftSessions>;
  readonly clock: Clock;
}

/** Calls of clients whose connection the other process has. */
export const CALLS_PATH = '/calls';
/** A request that is not answered before the door closes: how another process hears of the end. */
export const END_PATH = '/end';
/** Asks who is left, with the deadline in milliseconds as its body, or none. */
export const LEFT_PATH = '/left';
/** The authenticated user, URI-encoded; absent under NOSASL. */
export const USER_HEADER = 'x-senbon-user';
export const IP_HEADER = 'x-senbon-ip';
/** `before` or `after`: where in the row of processes at the same sockets the call comes from. */
export const FROM_HEADER = 'x-senbon-from';

/**
 * Where a gateway serves its sessions for another process that has the same sockets, before an upgrade or after it: an HTTP
 * client may come with a new connection for every call, and keep some, so either process gets calls of the other one's
 * sessions. Only processes of the same OS user can connect, so what they say about a client is believed.
 */
export class BackDoor {
  readonly #options: BackDoorOptions;
  readonly #server: Server;
  #path: string | null = null;

  constructor(options: BackDoorOptions) {
    this.#options = options;
    // The next process waits at END_PATH for as long as this one lives.
    this.#server = createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 });
    this.#server.on('request', (request, response) => void this.#answer(request, response));
  }

  /** Returns where it is: one that is open stays where it was. Throws FOLDER_UNUSABLE. */
  async open(path: string): Promise<string> {
    if (this.#path !== null) return this.#path;
    await listenPrivately(this.#server, path);
    this.#path = path;
    return path;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    if (this.#path === null) return;
    this.#path = null;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === END_PATH) return;
    const { service, config, clock, left } = this.#options;
    const memory = this.#options.memory.open();
    try {
      const { maxMessageBytes: maxBytes, stallTimeoutMs } = config;
      const message = await readBody(request, { maxBytes, memory, periodMs: stallTimeoutMs, clock });
      if (request.url === LEFT_PATH) {
        const deadlineMs = deadlineOf(Buffer.from(message).toString('utf8'));
        response.end(JSON.stringify(await left(deadlineMs)));
        return;
      }
      const sink = new HttpSink(response, { stallTimeoutMs, clock });
      const client = {
        user: userOf(request),
        ip: headerOf(request, IP_HEADER) ?? 'unknown',
        cameFrom: headerOf(request, FROM_HEADER) === 'before' ? 'before' : 'after',
        onSessionOpened: () => {},
        gone: () => goneBefore(response),
      } as const;
      await service.handle(message, client, sink);
      sink.end();
    } catch (error) {
      if (response.headersSent) response.destroy();
      else refuse(response, SenbonError.from(error));
    } finally {
      memory.set(0);
    }
  }
}

/** 404 means that nobody here knows the session. */
function refuse(response: ServerResponse, { httpStatus, message }: SenbonError): void {
  response.writeHead(httpStatus, { 'content-type': 'text/plain; charset=utf-8' }).end(message);
}

function deadlineOf(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function userOf(request: IncomingMessage): string | null {
  const user = headerOf(request, USER_HEADER);
  return user === null ? null : decodeURIComponent(user);
}

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}
