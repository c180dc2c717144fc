import { backoffMs } from '@senbon/core/discovery';

const FIRST_WAIT_MS = 50;
const MAX_WAIT_MS = 1_000;

export interface Turn {
  readonly host: string;
  readonly port: number;
  /** To wait before the attempt: 0 unless every server has just been tried in vain. */
  readonly waitMs: number;
}

/** Which server of the ensemble comes next. In random order, so that the clients of a dead server spread out. */
export class ServerCycle {
  #servers: readonly { readonly host: string; readonly port: number }[];
  #at = 0;
  /** Attempts since the last success. */
  #failures = 0;

  /** Numeric addresses, `a:1,b:2`; an IPv6 address has no brackets. */
  constructor(servers: string) {
    this.#servers = shuffled(parse(servers));
  }

  get size(): number {
    return this.#servers.length;
  }

  /** The next round is of these. */
  replace(servers: string): void {
    this.#servers = shuffled(parse(servers));
    this.#at = 0;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  next(): Turn {
    const server = this.#servers[this.#at++ % this.size];
    if (server === undefined) throw new RangeError('no server is known');
    const rounds = Math.floor(this.#failures / this.size);
    const isRoundOver = this.#failures > 0 && this.#failures % this.size === 0;
    this.#failures++;
    return { ...server, waitMs: isRoundOver ? backoffMs(rounds - 1, FIRST_WAIT_MS, MAX_WAIT_MS) : 0 };
  }
}

function parse(servers: string): { readonly host: string; readonly port: number }[] {
  return servers
    .split(',')
    .filter((server) => server !== '')
    .map((server) => {
      const colon = server.lastIndexOf(':');
      return { host: server.slice(0, colon), port: Number(server.slice(colon + 1)) };
    });
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  const keyed = items.map((item) => ({ item, key: Math.random() }));
  return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item);
}
