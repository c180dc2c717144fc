import { messageOf } from '../errors/senbon-error.ts';
import {
  type Connection,
  ConnectionState,
  type Registration,
  RegistrationEnd,
  type Registry,
} from '../ports/discovery.ts';
import type { Logger } from '../ports/logger.ts';
import type { AdvertisedServer } from './advertised-servers.ts';

export interface ServerRegistrationsOptions {
  readonly registry: Registry;
  readonly connection: Connection;
  /** Whether somebody deleted one of these nodes, which went while this gateway was cut off. */
  readonly wasDeletedUnseen: (paths: ReadonlySet<string>) => Promise<boolean>;
  readonly servers: readonly AdvertisedServer[];
  /** The plugin's, for the log. */
  readonly discovery: string;
  /** Opened and closed with the nodes. */
  readonly beside: readonly { open(): void; close(): Promise<void> | void }[];
  readonly logger: Logger;
  /** Somebody else deleted one of the nodes. */
  readonly onDeleted: () => void;
}

/** As Kyuubi's log lines name what scripts look for. */
const titles: Readonly<Record<string, string>> = { zookeeper: 'ZooKeeper', etcd: 'ETCD' };

/** The nodes of this gateway, and with them how loaded it is. Opened and closed in turn, as often as a drain is undone. */
export class ServerRegistrations {
  readonly #options: ServerRegistrationsOptions;
  #present: Registration[] = [];
  /** Nodes that went with a lost session, and of which it is not known yet whether they were to stay. */
  readonly #lostPaths = new Set<string>();
  #offConnection: () => void = () => {};
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ServerRegistrationsOptions) {
    this.#options = options;
  }

  /** All or none: what was made before a failure is taken away. */
  open(): Promise<void> {
    return this.#inTurn(async () => {
      try {
        for (const server of this.#options.servers) await this.#register(server);
        for (const part of this.#options.beside) part.open();
        this.#offConnection();
        this.#offConnection = this.#options.connection.onChange((state) => this.#onConnection(state));
      } catch (error) {
        await this.#closeAll().catch(() => {});
        throw error;
      }
    });
  }

  /** Of the nodes that are there, by what this gateway knows, and of those that went with a lost session a moment ago. */
  get paths(): ReadonlySet<string> {
    return new Set([...this.#present.map(({ path }) => path), ...this.#lostPaths]);
  }

  close(): Promise<void> {
    return this.#inTurn(() => this.#closeAll());
  }

  async #register({ space, node }: AdvertisedServer): Promise<void> {
    const { registry, logger } = this.#options;
    const instance = `${node.host}:${node.port}`;
    const registration = await registry.register(space, node);
    this.#present.push(registration);
    const ensemble = this.#ensemble;
    logger.info(`Created a ${registration.path} on ${ensemble} for KyuubiServer uri: ${instance}`);
    logger.info(`Registered KyuubiServiceDiscovery in namespace ${space.slice(1)}.`);
    void registration.ended.then((end) => {
      if (end !== RegistrationEnd.deleted || !this.#present.includes(registration)) return;
      this.#giveUp(instance);
    });
  }

  #giveUp(instance: string): void {
    const { logger, onDeleted } = this.#options;
    logger.warn(
      `This Kyuubi instance ${instance} is now de-registered from ${this.#ensemble}. The server will be shut down after the last client session completes.`,
    );
    onDeleted();
  }

  get #ensemble(): string {
    const { discovery } = this.#options;
    return titles[discovery] ?? discovery;
  }

  #onConnection(state: ConnectionState): void {
    // The paths of the session that is gone: the nodes of the next one are made when it is there.
    if (state === ConnectionState.lost) for (const { path } of this.#present) this.#lostPaths.add(path);
    if (state === ConnectionState.connected && this.#lostPaths.size > 0) void this.#lookBack();
  }

  async #lookBack(): Promise<void> {
    const { wasDeletedUnseen, servers, logger } = this.#options;
    const paths = new Set(this.#lostPaths);
    try {
      const wasDeleted = await wasDeletedUnseen(paths);
      const [server] = servers;
      // The drain that begins now still has to know them, for the request's deadline.
      if (wasDeleted && server !== undefined && this.#present.length > 0)
        return this.#giveUp(`${server.node.host}:${server.node.port}`);
      for (const path of paths) this.#lostPaths.delete(path);
    } catch (error) {
      // Asked again at the next connection.
      logger.warn(`Cannot tell whether a node was deleted during the outage: ${messageOf(error)}`);
    }
  }

  async #closeAll(): Promise<void> {
    this.#offConnection();
    this.#lostPaths.clear();
    const closing = this.#present.splice(0).map((registration) => registration.close());
    await Promise.all([...closing, ...this.#options.beside.map((part) => part.close())]);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => {});
    return mine;
  }
}
