import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import {
  type AreaConfig,
  BinaryConnection,
  type Clock,
  type Logger,
  messageOf,
  RequestMemory,
  SenbonError,
  send,
} from '@senbon/core';
import { dispatch } from '@senbon/hive-thrift';
import type { engineHostArea } from '../config.ts';
import type { Authenticate } from './authenticate.ts';
import { metadataHandlers } from '../service/metadata-handlers.ts';
import { operationHandlers } from '../service/operation-handlers.ts';
import type { Caller, EngineService } from '../service/service.ts';
import { sessionHandlers } from '../service/session-handlers.ts';
import { GatewayWatch } from '../session/gateway-watch.ts';

const handlers = { ...sessionHandlers, ...operationHandlers, ...metadataHandlers };

/** A connection that is still being answered, or whose peer does not hang up, is cut after this. */
const CLOSE_TIMEOUT_MS = 2_000;
/** Who logs in does so in milliseconds: a crowd that says nothing must not keep gateways out. */
const MAX_STRANGERS = 512;
/** By then the death of a gateway's host begins to show. */
const KEEP_ALIVE_MS = 30_000;

export interface EngineServerOptions {
  readonly config: AreaConfig<typeof engineHostArea>;
  readonly authenticate: Authenticate;
  /** A connection has gone. */
  readonly onDisconnected: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The engine's listening socket and its connections. */
export class EngineServer {
  readonly #options: EngineServerOptions;
  readonly #server: Server;
  readonly #memory: RequestMemory;
  /** Of gateways. */
  readonly #connections = new Set<BinaryConnection>();
  /** Those that have not said who they are, the oldest first. */
  readonly #strangers = new Set<BinaryConnection>();
  /** Also those that are being turned away or hung up on. */
  readonly #sockets = new Set<Socket>();
  readonly #gateways: GatewayWatch;
  #service: EngineService | null = null;
  #port = 0;

  constructor(options: EngineServerOptions) {
    this.#options = options;
    this.#memory = new RequestMemory(
      options.config.requestMemoryBytes,
      'kyuubi.engine.frontend.request.memory',
    );
    this.#gateways = new GatewayWatch({
      lostTimeoutMs: options.config.gatewayLostTimeoutMs,
      onLost: (gateway) => this.#onGatewayLost(gateway),
      clock: options.clock,
    });
    this.#server = createServer(
      { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS, allowHalfOpen: true },
      (socket) => this.#onConnection(socket),
    );
  }

  /** 0 before `listen`. */
  get port(): number {
    return this.#port;
  }

  /** Of those that have logged in. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Resolves with the port. Connections are dropped until `serve` is called. Throws BIND_FAILED. */
  listen(): Promise<number> {
    const { bindHost, bindPort } = this.#options.config;
    return new Promise((resolve, reject) => {
      const onError = (error: Error) => {
        const details = {
          address: `${bindHost}:${bindPort}`,
          frontend: 'the engine',
          problem: messageOf(error),
          key: 'kyuubi.frontend.thrift.binary.bind.port',
        };
        reject(new SenbonError('BIND_FAILED', details, { cause: error }));
      };
      this.#server.once('error', onError);
      this.#server.listen(bindPort, bindHost, () => {
        this.#server.off('error', onError);
        this.#server.on('error', (error) => this.#options.logger.error('The listening socket failed', error));
        this.#port = (this.#server.address() as AddressInfo).port;
        resolve(this.#port);
      });
    });
  }

  serve(service: EngineService): void {
    this.#service = service;
  }

  /** Closes the socket; connections are cut when they have answered, or after a moment. Idempotent. */
  async close(): Promise<void> {
    const { clock } = this.#options;
    this.#gateways.close();
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const connection of [...this.#connections, ...this.#strangers]) connection.finish();
    const timer = clock.after(CLOSE_TIMEOUT_MS, () => {
      for (const socket of this.#sockets) socket.destroy();
    });
    await closed;
    timer.cancel();
  }

  #onConnection(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    const service = this.#service;
    if (service === null) {
      socket.destroy();
      return;
    }
    const [oldest] = this.#strangers;
    if (this.#strangers.size >= MAX_STRANGERS) oldest?.destroy(new Error('others want to log in'));
    this.#strangers.add(this.#connect(socket, service));
  }

  #connect(socket: Socket, service: EngineService): BinaryConnection {
    const { config, authenticate, clock, logger } = this.#options;
    const onError = (error: unknown, method: string) => logger.debug(`${method}: ${messageOf(error)}`);
    let gateway: string | null = null;
    const connection = new BinaryConnection(socket, {
      authenticate: (credentials) => {
        const { user, gateway: name } = authenticate(credentials);
        this.#admit(connection);
        gateway = name;
        if (name !== null) this.#gateways.onConnected(name);
        return user;
      },
      serve: async (message, _, sink) => {
        const reply = await dispatch<Caller>(message, handlers, caller, { onError });
        await send(sink, reply);
      },
      maxMessageBytes: config.maxMessageBytes,
      memory: this.#memory,
      loginTimeoutMs: config.loginTimeoutMs,
      stallTimeoutMs: config.stallTimeoutMs,
      clock,
      logger,
      onClosed: () => this.#onClosed(connection, caller),
    });
    const caller: Caller = {
      service,
      get user() {
        return connection.user ?? '';
      },
      get isClosed() {
        return connection.isClosed;
      },
      get gateway() {
        return gateway;
      },
    };
    return connection;
  }

  /** Throws ENGINE_REFUSED when there are too many. */
  #admit(connection: BinaryConnection): void {
    const { maxConnections } = this.#options.config;
    if (this.#connections.size >= maxConnections) {
      const problem = `it has ${maxConnections} connections already (kyuubi.engine.frontend.max.connections)`;
      throw new SenbonError('ENGINE_REFUSED', { engine: 'this engine', problem });
    }
    this.#strangers.delete(connection);
    this.#connections.add(connection);
  }

  #onClosed(connection: BinaryConnection, caller: Caller): void {
    this.#strangers.delete(connection);
    this.#connections.delete(connection);
    this.#options.onDisconnected();
    if (caller.gateway !== null) this.#gateways.onDisconnected(caller.gateway);
    caller.service.sessions.closeBoundTo(caller).catch((error: unknown) => {
      this.#options.logger.warn('Sessions of a dropped connection could not be closed', error);
    });
  }

  #onGatewayLost(gateway: string): void {
    const { logger } = this.#options;
    this.#service?.sessions.closeOf(gateway).catch((error: unknown) => {
      logger.warn('Sessions of a gateway that has gone could not be closed', error);
    });
  }
}
