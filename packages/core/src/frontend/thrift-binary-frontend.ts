import { createServer, type Server, type Socket } from 'node:net';
import type { AreaConfig } from '../config/area.ts';
import { atMost } from '../observe/at-most.ts';
import type { ListeningSocket } from '../handover/inheritance.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { authenticate, type AuthMode } from './auth.ts';
import type { ClientContext } from '../session/client-context.ts';
import { BinaryConnection } from './binary-connection.ts';
import type { frontendArea } from './config.ts';
import type { Frontend } from './frontend.ts';
import { fdOf, listen } from './listen.ts';
import type { RequestMemory } from './request-memory.ts';
import type { ThriftService } from './thrift-service.ts';

export interface ThriftBinaryFrontendOptions {
  readonly config: AreaConfig<typeof frontendArea>;
  readonly auth: AuthMode;
  readonly service: ThriftService;
  readonly memory: RequestMemory;
  /** Host in the JDBC URL. */
  readonly advertisedHost: string;
  /** From the process before this one. */
  readonly inherited: ListeningSocket | null;
  readonly onDisconnected: (sessions: ReadonlySet<string>) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Thrift binary over SASL PLAIN or NOSASL, the port that most JDBC URLs name (default 10009). */
export class ThriftBinaryFrontend implements Frontend {
  readonly protocol = 'THRIFT_BINARY';
  readonly #options: ThriftBinaryFrontendOptions;
  readonly #logger: Logger;
  readonly #server: Server;
  readonly #connections = new Set<BinaryConnection>();
  #port: number;

  constructor(options: ThriftBinaryFrontendOptions) {
    this.#options = options;
    this.#port = options.inherited?.port ?? 0;
    this.#logger = options.logger.named('server.KyuubiThriftBinaryFrontendService');
    this.#server = createServer({ noDelay: true, keepAlive: true, allowHalfOpen: true });
    this.#server.maxConnections = options.config.maxConnections;
    this.#server.on('drop', () =>
      this.#logger.warn(
        `Refused a connection: ${options.config.maxConnections} are open (kyuubi.frontend.max.connections)`,
      ),
    );
    // An accept that fails (no file handles left) must not end the process.
    this.#server.on('error', (error) => this.#logger.error('The listener reports an error', error));
    this.#server.on('connection', (socket) => this.#accept(socket));
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `jdbc:hive2://${this.#options.advertisedHost}:${this.#port}/`;
  }

  async listen(): Promise<void> {
    const { binaryHost: host, binaryPort: port } = this.#options.config;
    const portKey = 'kyuubi.frontend.thrift.binary.bind.port';
    const fd = this.#options.inherited?.fd;
    this.#port = await listen(this.#server, { host, port, frontend: this.protocol, portKey, fd });
    // Operators find the port by grepping for this line (guide, hot upgrade).
    this.#logger.info(`Starting and exposing JDBC connection at: ${this.url}`);
  }

  get socket(): ListeningSocket | null {
    const fd = fdOf(this.#server);
    const { protocol, port } = this;
    return fd === null ? null : { protocol, host: this.#options.config.binaryHost, port, fd };
  }

  release(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  async close(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const connection of this.#connections) connection.finish();
    if (graceMs > 0 && (await atMost(this.#options.clock, graceMs, closed))) return;
    for (const connection of this.#connections) connection.destroy(new Error('the gateway stops'));
    await closed;
  }

  #accept(socket: Socket): void {
    const { config, auth, service, memory, onDisconnected, clock } = this.#options;
    const sessions = new Set<string>();
    let client: ClientContext | null = null;
    const connection = new BinaryConnection(socket, {
      authenticate: auth === 'NOSASL' ? null : authenticate,
      serve: (message, { user, ip }, sink) => {
        client ??= { user, ip, onSessionOpened: remember };
        return service.handle(message, client, sink);
      },
      maxMessageBytes: config.maxMessageBytes,
      memory,
      loginTimeoutMs: config.loginTimeoutMs,
      stallTimeoutMs: config.stallTimeoutMs,
      clock,
      logger: this.#logger,
      onClosed: () => {
        if (sessions.size > 0) onDisconnected(sessions);
      },
    });
    const remember = (id: string) => {
      // A client that vanished while its session was being opened will not close it.
      if (connection.isClosed) onDisconnected(new Set([id]));
      else sessions.add(id);
    };
    this.#connections.add(connection);
    socket.once('close', () => this.#connections.delete(connection));
  }
}
