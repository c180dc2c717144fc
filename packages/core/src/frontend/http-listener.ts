import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { AreaConfig } from '../config/area.ts';
import type { ListeningSocket } from '../handover/inheritance.ts';
import { atMost } from '../observe/at-most.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { frontendArea } from './config.ts';
import { fdOf, listen } from './listen.ts';
import { refuseHttp } from './refuse-http.ts';

export type HttpApp = Hono<{ Bindings: HttpBindings }>;
export type HttpContext = Context<{ Bindings: HttpBindings }>;

export interface HttpListenerOptions {
  readonly app: HttpApp;
  readonly protocol: string;
  readonly host: string | null;
  readonly port: number;
  readonly portKey: string;
  /** Its bounds, which are those of the HTTP frontends. */
  readonly config: AreaConfig<typeof frontendArea>;
  /** From the process before this one. */
  readonly inherited: ListeningSocket | null;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often connections whose headers do not come are looked for. */
const MAX_CHECK_INTERVAL_MS = 5_000;

/** The socket, the bounds and the end of an HTTP frontend. */
export class HttpListener {
  readonly #options: HttpListenerOptions;
  readonly #server: Server;
  #port: number;
  #isClosing = false;
  #isReleased = false;
  /** Whose answers are not sent yet. */
  readonly #pending = new Set<ServerResponse>();

  constructor(options: HttpListenerOptions) {
    const { app, config, logger } = options;
    const { httpHeaderBytes: maxHeaderBytes, loginTimeoutMs: headersTimeoutMs } = config;
    this.#options = options;
    this.#port = options.inherited?.port ?? 0;
    this.#server = createAdaptorServer({
      fetch: app.fetch,
      createServer,
      serverOptions: {
        maxHeaderSize: maxHeaderBytes,
        keepAliveTimeout: config.httpIdleMs,
        headersTimeout: headersTimeoutMs,
        // How long a body may take depends on its size: see readBody.
        requestTimeout: 0,
        connectionsCheckingInterval: Math.min(headersTimeoutMs, MAX_CHECK_INTERVAL_MS),
        noDelay: true,
      },
    }) as Server;
    this.#server.maxConnections = config.maxConnections;
    // An accept that fails (no file handles left) must not end the process.
    this.#server.on('error', (error) => logger.error('The listener reports an error', error));
    this.#server.on('clientError', (error, socket) => {
      const why = refuseHttp(error, socket, maxHeaderBytes);
      logger.debug(`Refused what is no HTTP request: ${why}`);
    });
  }

  get port(): number {
    return this.#port;
  }

  /** Throws BIND_FAILED. */
  async listen(): Promise<void> {
    const { host, port, portKey, protocol: frontend, inherited } = this.#options;
    this.#port = await listen(this.#server, { host, port, frontend, portKey, fd: inherited?.fd });
  }

  get socket(): ListeningSocket | null {
    const fd = fdOf(this.#server);
    const { protocol, host } = this.#options;
    return fd === null ? null : { protocol, host, port: this.#port, fd };
  }

  /** To be called with every request: its answer is waited for. */
  answering(outgoing: ServerResponse): void {
    // A kept-alive connection that was busy when the server closed would otherwise stay until its idle time-out.
    outgoing.once('finish', () => {
      if (this.#isClosing) setImmediate(() => this.#server.closeIdleConnections());
    });
    // The next request comes with a new connection, and that one is the other process's.
    if (this.#isReleased) outgoing.shouldKeepAlive = false;
    this.#pending.add(outgoing);
    outgoing.once('close', () => void this.#pending.delete(outgoing));
  }

  release(): Promise<void> {
    this.#isReleased = true;
    for (const response of this.#pending) response.shouldKeepAlive = false;
    return new Promise((resolve) => {
      // HTTP's own would cut idle connections off, and with them a request that is on its way.
      NetServer.prototype.close.call(this.#server, () => resolve());
    });
  }

  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    if (graceMs > 0 && (await atMost(this.#options.clock, graceMs, closed))) return;
    this.#server.closeAllConnections();
    await closed;
  }
}
