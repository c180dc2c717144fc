import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import { ThriftProtocolError } from '@senbon/hive-thrift';
import { type Context, Hono } from 'hono';
import type { AreaConfig } from '../config/area.ts';
import { messageOf, SenbonError } from '../errors/senbon-error.ts';
import { atMost } from '../observe/at-most.ts';
import type { ListeningSocket } from '../handover/inheritance.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { ClientContext } from '../session/client-context.ts';
import { authenticate, type AuthMode } from './auth.ts';
import type { frontendArea } from './config.ts';
import type { Frontend } from './frontend.ts';
import { basicCredentials, checkValues, clientAddress, readBody } from './http-request.ts';
import { HttpSink } from './http-sink.ts';
import { fdOf, listen } from './listen.ts';
import { refuseHttp } from './refuse-http.ts';
import type { RequestMemory } from './request-memory.ts';
import type { ThriftService } from './thrift-service.ts';

export interface ThriftHttpFrontendOptions {
  readonly config: AreaConfig<typeof frontendArea>;
  readonly auth: AuthMode;
  readonly service: ThriftService;
  readonly memory: RequestMemory;
  readonly advertisedHost: string;
  /** From the process before this one. */
  readonly inherited: ListeningSocket | null;
  /** The reply that told of these sessions never left. */
  readonly onUnclaimed: (sessions: ReadonlySet<string>) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often connections whose headers do not come are looked for. */
const MAX_CHECK_INTERVAL_MS = 5_000;

type HttpContext = Context<{ Bindings: HttpBindings }>;

/** Thrift over HTTP: one call per POST, Basic authentication, sessions not bound to connections (default port 10010). */
export class ThriftHttpFrontend implements Frontend {
  readonly protocol = 'THRIFT_HTTP';
  readonly #options: ThriftHttpFrontendOptions;
  readonly #logger: Logger;
  readonly #server: Server;
  readonly #path: string;
  #port: number;
  #isClosing = false;
  #isReleased = false;
  /** Whose answers are not sent yet. */
  readonly #pending = new Set<ServerResponse>();

  constructor(options: ThriftHttpFrontendOptions) {
    const { config } = options;
    this.#options = options;
    this.#port = options.inherited?.port ?? 0;
    this.#logger = options.logger.named('server.KyuubiThriftHttpFrontendService');
    this.#path = config.httpPath.replace(/^\/+|\/+$/g, '');
    const app = new Hono<{ Bindings: HttpBindings }>();
    // PyHive posts to a path with a trailing slash, every other client without.
    for (const path of [`/${this.#path}`, `/${this.#path}/`]) {
      app.post(path, (context) => this.#serve(context));
      app.all(path, (context) =>
        context.text('Use POST with content type application/x-thrift\n', 405, { allow: 'POST' }),
      );
    }
    app.notFound((context) => context.text(`No such path; Thrift is served at /${this.#path}\n`, 404));
    this.#server = createAdaptorServer({
      fetch: app.fetch,
      createServer,
      serverOptions: {
        maxHeaderSize: config.httpHeaderBytes,
        keepAliveTimeout: config.httpIdleMs,
        headersTimeout: config.loginTimeoutMs,
        // How long a body may take depends on its size: see readBody.
        requestTimeout: 0,
        connectionsCheckingInterval: Math.min(config.loginTimeoutMs, MAX_CHECK_INTERVAL_MS),
        noDelay: true,
      },
    }) as Server;
    this.#server.maxConnections = config.maxConnections;
    // An accept that fails (no file handles left) must not end the process.
    this.#server.on('error', (error) => this.#logger.error('The listener reports an error', error));
    this.#server.on('clientError', (error, socket) => {
      const why = refuseHttp(error, socket, config.httpHeaderBytes);
      this.#logger.debug(`Refused what is no HTTP request: ${why}`);
    });
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `jdbc:hive2://${this.#options.advertisedHost}:${this.#port}/;transportMode=http;httpPath=${this.#path}`;
  }

  async listen(): Promise<void> {
    const { httpHost: host, httpPort: port } = this.#options.config;
    const portKey = 'kyuubi.frontend.thrift.http.bind.port';
    const fd = this.#options.inherited?.fd;
    this.#port = await listen(this.#server, { host, port, frontend: this.protocol, portKey, fd });
    this.#logger.info(`Starting and exposing JDBC connection at: ${this.url}`);
  }

  get socket(): ListeningSocket | null {
    const fd = fdOf(this.#server);
    const { protocol, port } = this;
    return fd === null ? null : { protocol, host: this.#options.config.httpHost, port, fd };
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

  async #serve(context: HttpContext): Promise<Response> {
    const { incoming, outgoing } = context.env;
    const { config, service, clock, onUnclaimed } = this.#options;
    const memory = this.#options.memory.open();
    // A kept-alive connection that was busy when the server closed would otherwise stay until its idle time-out.
    outgoing.once('finish', () => {
      if (this.#isClosing) setImmediate(() => this.#server.closeIdleConnections());
    });
    // The next request comes with a new connection, and that one is the other process's.
    if (this.#isReleased) outgoing.shouldKeepAlive = false;
    this.#pending.add(outgoing);
    const opened = new Set<string>();
    outgoing.once('close', () => {
      this.#pending.delete(outgoing);
      if (opened.size > 0 && !outgoing.writableFinished) onUnclaimed(opened);
    });
    const onSessionOpened = (id: string) => {
      if (outgoing.destroyed) onUnclaimed(new Set([id]));
      else opened.add(id);
    };
    const sink = new HttpSink(outgoing, { stallTimeoutMs: config.stallTimeoutMs, clock });
    try {
      const user = this.#authenticate(incoming.headers.authorization);
      const message = await readBody(incoming, {
        maxBytes: config.maxMessageBytes,
        memory,
        periodMs: config.stallTimeoutMs,
        clock,
      });
      checkValues(message, config.maxMessageBytes);
      const ip = clientAddress(incoming, config.clientIpHeader);
      const client: ClientContext = { user, ip, onSessionOpened };
      await service.handle(message, client, sink);
      sink.end();
    } catch (error) {
      if (outgoing.headersSent) outgoing.destroy();
      else return this.#failure(context, error);
    } finally {
      memory.set(0);
    }
    return RESPONSE_ALREADY_SENT;
  }

  /** The user; `null` under NOSASL, where OpenSession names one. Throws AUTHENTICATION_FAILED. */
  #authenticate(header: string | undefined): string | null {
    const credentials = basicCredentials(header);
    if (credentials !== null) return authenticate(credentials);
    if (this.#options.auth === 'NOSASL') return null;
    throw new SenbonError('AUTHENTICATION_FAILED', { user: '""', problem: 'send HTTP Basic credentials' });
  }

  #failure(context: HttpContext, error: unknown): Response {
    if (error instanceof ThriftProtocolError) return context.text(`${error.message}\n`, 400);
    const known = SenbonError.from(error);
    this.#logger.warn(
      `Refused a request of ${clientAddress(context.env.incoming, this.#options.config.clientIpHeader)}: ${messageOf(known)}`,
    );
    const headers: Record<string, string> =
      known.httpStatus === 401 ? { 'www-authenticate': 'Basic realm="kyuubi"' } : {};
    return new Response(
      `Authentication Error: ${known.message}\n`.slice(
        known.httpStatus === 401 ? 0 : 'Authentication Error: '.length,
      ),
      { status: known.httpStatus, headers },
    );
  }
}
