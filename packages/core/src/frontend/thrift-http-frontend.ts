import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { ThriftProtocolError } from '@senbon/hive-thrift';
import { Hono } from 'hono';
import type { AreaConfig } from '../config/area.ts';
import { trimSlashes } from '../config/trim-slashes.ts';
import { messageOf, SenbonError } from '../errors/senbon-error.ts';
import type { ListeningSocket } from '../handover/inheritance.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { ClientContext } from '../session/client-context.ts';
import { authenticate, type AuthMode } from './auth.ts';
import { goneBefore } from './client-gone.ts';
import type { frontendArea } from './config.ts';
import type { Frontend } from './frontend.ts';
import { challengeOf, CREDENTIALS_WANTED } from './http-challenge.ts';
import { type HttpApp, type HttpContext, HttpListener } from './http-listener.ts';
import { basicCredentials, checkValues, clientAddress, readBody } from './http-request.ts';
import { HttpSink } from './http-sink.ts';
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

/** Thrift over HTTP: one call per POST, Basic authentication, sessions not bound to connections (default port 10010). */
export class ThriftHttpFrontend implements Frontend {
  readonly protocol = 'THRIFT_HTTP';
  readonly #options: ThriftHttpFrontendOptions;
  readonly #logger: Logger;
  readonly #listener: HttpListener;
  readonly #path: string;

  constructor(options: ThriftHttpFrontendOptions) {
    const { config, inherited, clock } = options;
    this.#options = options;
    this.#logger = options.logger.named('server.KyuubiThriftHttpFrontendService');
    this.#path = trimSlashes(config.httpPath);
    const app: HttpApp = new Hono();
    // PyHive posts to a path with a trailing slash, every other client without.
    for (const path of [`/${this.#path}`, `/${this.#path}/`]) {
      app.post(path, (context) => this.#serve(context));
      app.all(path, (context) =>
        context.text('Use POST with content type application/x-thrift\n', 405, { allow: 'POST' }),
      );
    }
    app.notFound((context) => context.text(`No such path; Thrift is served at /${this.#path}\n`, 404));
    this.#listener = new HttpListener({
      app,
      protocol: this.protocol,
      host: config.httpHost,
      port: config.httpPort,
      portKey: 'kyuubi.frontend.thrift.http.bind.port',
      config,
      inherited,
      clock,
      logger: this.#logger,
    });
  }

  get port(): number {
    return this.#listener.port;
  }

  get url(): string {
    return `jdbc:hive2://${this.#options.advertisedHost}:${this.port}/;transportMode=http;httpPath=${this.#path}`;
  }

  async listen(): Promise<void> {
    await this.#listener.listen();
    this.#logger.info(`Starting and exposing JDBC connection at: ${this.url}`);
  }

  get socket(): ListeningSocket | null {
    const { socket } = this.#listener;
    return socket === null ? null : { ...socket, path: this.#path };
  }

  release(): Promise<void> {
    return this.#listener.release();
  }

  close(graceMs: number): Promise<void> {
    return this.#listener.close(graceMs);
  }

  async #serve(context: HttpContext): Promise<Response> {
    const { incoming, outgoing } = context.env;
    const { config, service, clock, onUnclaimed } = this.#options;
    const memory = this.#options.memory.open();
    this.#listener.answering(outgoing);
    const opened = new Set<string>();
    outgoing.once('close', () => {
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
      const client: ClientContext = { user, ip, onSessionOpened, gone: () => goneBefore(outgoing) };
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
    throw new SenbonError('AUTHENTICATION_FAILED', { user: '""', problem: CREDENTIALS_WANTED });
  }

  #failure(context: HttpContext, error: unknown): Response {
    if (error instanceof ThriftProtocolError) return context.text(`${error.message}\n`, 400);
    const known = SenbonError.from(error);
    this.#logger.warn(
      `Refused a request of ${clientAddress(context.env.incoming, this.#options.config.clientIpHeader)}: ${messageOf(known)}`,
    );
    const prefix = known.httpStatus === 401 ? 'Authentication Error: ' : '';
    return new Response(`${prefix}${known.message}\n`, {
      status: known.httpStatus,
      headers: challengeOf(known),
    });
  }
}
