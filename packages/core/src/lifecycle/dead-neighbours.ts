import type { Clock, Timer } from '../ports/clock.ts';
import type { Records, Registry } from '../ports/discovery.ts';
import type { Logger } from '../ports/logger.ts';
import { loadRecordsOf, processIn } from './load-record.ts';

export interface DeadNeighboursOptions {
  readonly records: Records;
  readonly registry: Registry;
  readonly spaces: ReadonlySet<string>;
  /** How often the records of the others are read; 0 = never. */
  readonly intervalMs: number;
  readonly isDead: (identity: string) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Between two looks at the processes that are known, which cost a read of /proc each. */
const LOOK_MS = 1_000;

interface Neighbour {
  readonly space: string;
  readonly path: string;
  /** `host:port`. */
  readonly instance: string;
  readonly identity: string;
}

/**
 * Takes away the nodes of gateways that were killed, where that can be seen: on this machine. Service discovery would keep
 * them until their session times out, and send clients there.
 */
export class DeadNeighbours {
  readonly #options: DeadNeighboursOptions;
  #timer: Timer | null = null;
  #neighbours: readonly Neighbour[] = [];
  #readAtMs = 0;
  #isBusy = false;

  constructor(options: DeadNeighboursOptions) {
    this.#options = options;
  }

  open(): void {
    const { intervalMs, clock } = this.#options;
    if (intervalMs <= 0 || this.#timer !== null) return;
    this.#readAtMs = 0;
    this.#look();
    this.#timer = clock.every(LOOK_MS, () => this.#look());
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #look(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#attend()
      .catch((error: unknown) =>
        this.#options.logger.debug(`Looking after other gateways failed: ${String(error)}`),
      )
      .finally(() => {
        this.#isBusy = false;
      });
  }

  async #attend(): Promise<void> {
    const { clock, intervalMs, isDead } = this.#options;
    if (clock.now() >= this.#readAtMs) {
      this.#readAtMs = clock.now() + intervalMs;
      await this.#read();
    }
    if (this.#neighbours.some(({ identity }) => isDead(identity))) await this.#clean();
  }

  async #read(): Promise<void> {
    const { records, spaces, logger } = this.#options;
    const found = await Promise.all(
      [...spaces].map(async (space) => {
        const entries = await records.list(loadRecordsOf(space));
        return entries.flatMap(({ path, value }) => {
          const identity = processIn(value);
          const instance = path.slice(path.lastIndexOf('/') + 1);
          return identity === null ? [] : [{ space, path, instance, identity }];
        });
      }),
    );
    const neighbours = found.flat();
    if (neighbours.length !== this.#neighbours.length)
      logger.info(`Knows ${neighbours.length} gateways by their reports`);
    this.#neighbours = neighbours;
  }

  async #clean(): Promise<void> {
    const { records, registry, isDead, logger } = this.#options;
    for (const { space, path, instance, identity } of this.#neighbours) {
      if (!isDead(identity)) continue;
      const entry = await records.get(path);
      // Its successor at this address says so before long.
      if (entry === null || processIn(entry.value) !== identity) continue;
      const nodes = (await registry.list(space)).filter(({ host, port }) => `${host}:${port}` === instance);
      const [node, second] = nodes;
      // Two: one of them may be its successor's, which has not reported yet.
      if (second !== undefined) continue;
      if (node !== undefined && (await registry.remove(node.path))) {
        logger.warn(`The gateway ${instance} of this machine was killed; removed its node ${node.path}`);
      }
      await records.delete(path);
    }
    await this.#read();
  }
}
