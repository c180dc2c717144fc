import type { AreaConfig } from '../config/area.ts';
import { messageOf } from '../errors/senbon-error.ts';
import type { Logger } from '../ports/logger.ts';
import type { enginePoolArea } from './config.ts';
import type { PoolCounter } from './pool-counter.ts';

export interface PoolMembersOptions {
  readonly counter: PoolCounter;
  /** Sessions of this gateway in the engine space at a path. */
  readonly sessionsIn: (path: string) => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly logger: Logger;
}

export interface Pool {
  readonly config: AreaConfig<typeof enginePoolArea>;
  /** Of POLLING's counter. */
  readonly counterPath: string;
  /** Path of the engine space of a subdomain. */
  readonly pathOf: (subdomain: string) => string;
}

/** Picks the engine of a pool that a session goes to: the subdomain `<pool name>-<n>`, as in Kyuubi. */
export class PoolMembers {
  readonly #options: PoolMembersOptions;

  constructor(options: PoolMembersOptions) {
    this.#options = options;
  }

  /**
   * Resolves to the choice itself. It is for the caller to make in the turn in which it counts the session: of many that open at
   * once, LEAST_LOADED would send all to the same engine otherwise.
   */
  async prepare(pool: Pool): Promise<() => string> {
    const { config } = pool;
    const size = Math.min(config.size, config.sizeThreshold);
    if (size < config.size) {
      this.#options.logger.info(
        `kyuubi.engine.pool.size is ${config.size}; kyuubi.engine.pool.size.threshold makes it ${size}`,
      );
    }
    const subdomain = (n: number) => `${config.name}-${n}`;
    switch (config.selectPolicy) {
      case 'RANDOM':
        return () => subdomain(this.#randomBelow(size));
      case 'POLLING': {
        const count = await this.#count(pool, size);
        return () => subdomain(Math.abs(count) % size);
      }
      case 'LEAST_LOADED':
        return () => subdomain(this.#leastLoaded(size, (n) => pool.pathOf(subdomain(n))));
    }
  }

  /** The turns only spread the load: where they cannot be counted, any engine will do. */
  async #count({ counterPath }: Pool, size: number): Promise<number> {
    const { counter, logger } = this.#options;
    try {
      return await counter.next(counterPath);
    } catch (error) {
      logger.warn(
        `An engine of the pool is taken at random, since its turns cannot be counted: ${messageOf(error)}`,
      );
      return this.#randomBelow(size);
    }
  }

  /** Among equals one at random: other gateways' sessions are not counted here, and all would begin with the first. */
  #leastLoaded(size: number, pathOf: (n: number) => string): number {
    const loads = Array.from({ length: size }, (_, n) => this.#options.sessionsIn(pathOf(n)));
    const least = Math.min(...loads);
    const candidates = [...loads.keys()].filter((n) => loads[n] === least);
    return candidates[this.#randomBelow(candidates.length)] ?? 0;
  }

  #randomBelow(size: number): number {
    return Math.floor(this.#options.random() * size);
  }
}
