import { Hono } from 'hono';
import type { AreaConfig } from '../../config/area.ts';
import { SenbonError } from '../../errors/senbon-error.ts';
import type { ListeningSocket } from '../../handover/inheritance.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { frontendArea } from '../config.ts';
import type { Frontend } from '../frontend.ts';
import { challengeOf } from '../http-challenge.ts';
import { type HttpApp, type HttpContext, HttpListener } from '../http-listener.ts';
import { clientAddress } from '../http-request.ts';
import { addAdminRoutes } from './admin-routes.ts';
import { Callers } from './callers.ts';
import type { GatewayAdmin } from './gateway-admin.ts';

export interface RestFrontendOptions {
  readonly config: AreaConfig<typeof frontendArea>;
  readonly admin: GatewayAdmin;
  /** The OS user of this process. */
  readonly serverUser: string;
  readonly version: string;
  readonly advertisedHost: string;
  /** From the process before this one. */
  readonly inherited: ListeningSocket | null;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A part of Kyuubi's REST API (default port 10099), at `/api/v1`. It reads no bodies yet. */
export class RestFrontend implements Frontend {
  readonly protocol = 'REST';
  readonly #options: RestFrontendOptions;
  readonly #logger: Logger;
  readonly #listener: HttpListener;

  constructor(options: RestFrontendOptions) {
    const { config, inherited, clock } = options;
    this.#options = options;
    this.#logger = options.logger.named('server.KyuubiRestFrontendService');
    this.#listener = new HttpListener({
      app: this.#app(),
      protocol: this.protocol,
      host: config.restHost,
      port: config.restPort,
      portKey: 'kyuubi.frontend.rest.bind.port',
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
    return `http://${this.#options.advertisedHost}:${this.port}`;
  }

  async listen(): Promise<void> {
    await this.#listener.listen();
    this.#logger.info(`Exposing REST endpoint at: ${this.url}`);
    this.#logger.warn(
      `REST checks no passwords: whoever reaches ${this.url} and names an administrator (kyuubi.server.administrators) is one. Let only administrators reach it (kyuubi.frontend.rest.bind.host, a firewall)`,
    );
  }

  get socket(): ListeningSocket | null {
    return this.#listener.socket;
  }

  release(): Promise<void> {
    return this.#listener.release();
  }

  close(graceMs: number): Promise<void> {
    return this.#listener.close(graceMs);
  }

  #app(): HttpApp {
    const { admin, config, serverUser, version } = this.#options;
    const callers = new Callers({ administrators: config.administrators, serverUser });
    const app: HttpApp = new Hono();
    app.use('*', async (context, next) => {
      this.#listener.answering(context.env.outgoing);
      callers.userOf(context.req.header('authorization'));
      await next();
    });
    app.get('/api/v1/ping', (context) => context.text('pong'));
    app.get('/api/v1/version', (context) => context.json({ version }));
    addAdminRoutes(app, { admin, callers, logger: this.#logger });
    app.notFound((context) => context.json({ message: `HTTP 404 Not Found: ${context.req.path}` }, 404));
    app.onError((error, context) => this.#failure(error, context));
    return app;
  }

  #failure(error: unknown, context: HttpContext): Response {
    const known = SenbonError.from(error);
    const ip = clientAddress(context.env.incoming, this.#options.config.clientIpHeader);
    this.#logger.warn(`Refused ${context.req.method} ${context.req.path} of ${ip}: ${known.message}`);
    return Response.json(
      { message: known.message },
      { status: known.httpStatus, headers: challengeOf(known) },
    );
  }
}
