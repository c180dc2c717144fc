import { type Registration, RegistrationEnd, type Registry } from '../ports/discovery.ts';
import type { Logger } from '../ports/logger.ts';
import type { AdvertisedServer } from './advertised-servers.ts';
import type { LoadReport } from './load-report.ts';

export interface ServerRegistrationsOptions {
  readonly registry: Registry;
  readonly servers: readonly AdvertisedServer[];
  /** The plugin's, for the log. */
  readonly discovery: string;
  readonly load: Pick<LoadReport, 'open' | 'close'>;
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
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ServerRegistrationsOptions) {
    this.#options = options;
  }

  /** All or none: what was made before a failure is taken away. */
  open(): Promise<void> {
    return this.#inTurn(async () => {
      try {
        for (const server of this.#options.servers) await this.#register(server);
        this.#options.load.open();
      } catch (error) {
        await this.#closeAll().catch(() => {});
        throw error;
      }
    });
  }

  /** Of the nodes that are there, by what this gateway knows. */
  get paths(): ReadonlySet<string> {
    return new Set(this.#present.map(({ path }) => path));
  }

  close(): Promise<void> {
    return this.#inTurn(() => this.#closeAll());
  }

  async #register({ space, node }: AdvertisedServer): Promise<void> {
    const { registry, discovery, logger, onDeleted } = this.#options;
    const instance = `${node.host}:${node.port}`;
    const registration = await registry.register(space, node);
    this.#present.push(registration);
    const ensemble = titles[discovery] ?? discovery;
    logger.info(`Created a ${registration.path} on ${ensemble} for KyuubiServer uri: ${instance}`);
    logger.info(`Registered KyuubiServiceDiscovery in namespace ${space.slice(1)}.`);
    void registration.ended.then((end) => {
      if (end !== RegistrationEnd.deleted || !this.#present.includes(registration)) return;
      logger.warn(
        `This Kyuubi instance ${instance} is now de-registered from ${ensemble}. The server will be shut down after the last client session completes.`,
      );
      onDeleted();
    });
  }

  async #closeAll(): Promise<void> {
    const closing = this.#present.splice(0).map((registration) => registration.close());
    await Promise.all([...closing, this.#options.load.close()]);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => {});
    return mine;
  }
}
