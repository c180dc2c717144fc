import type { AreaConfig } from '../config/area.ts';
import { SenbonError } from '../errors/senbon-error.ts';
import type { sessionArea } from './config.ts';

/** Counts open sessions by user and client address and turns away those over a limit, in Kyuubi's order. */
export class SessionLimits {
  readonly #config: AreaConfig<typeof sessionArea>;
  readonly #counts = new Map<string, number>();

  constructor(config: AreaConfig<typeof sessionArea>) {
    this.#config = config;
  }

  /** Counts one session in; the returned function counts it out. Throws SESSION_LIMIT and then counts nothing. */
  enter(user: string, ip: string): () => void {
    const { deniedUsers, deniedIps, unlimitedUsers } = this.#config;
    if (deniedUsers.includes(user)) {
      throw limit(`Connection denied because the user is in the deny user list. (user: ${user})`);
    }
    if (deniedIps.includes(ip)) {
      throw limit(`Connection denied because the client ip is in the deny ip list. (ipaddress: ${ip})`);
    }
    if (unlimitedUsers.includes(user)) return () => {};
    const counters = this.#countersFor(user, ip);
    for (const { key, max, text } of counters) {
      if (max !== null && (this.#counts.get(key) ?? 0) >= max) throw limit(`${text} limit: ${max})`);
    }
    for (const { key } of counters) this.#add(key, 1);
    return () => {
      for (const { key } of counters.splice(0)) this.#add(key, -1);
    };
  }

  #countersFor(user: string, ip: string) {
    const { connectionsPerUserIp, connectionsPerUser, connectionsPerIp } = this.#config;
    return [
      {
        key: `both ${user}:${ip}`,
        max: connectionsPerUserIp,
        text: `Connection limit per user:ipaddress reached (user:ipaddress: ${user}:${ip}`,
      },
      {
        key: `user ${user}`,
        max: connectionsPerUser,
        text: `Connection limit per user reached (user: ${user}`,
      },
      {
        key: `ip ${ip}`,
        max: connectionsPerIp,
        text: `Connection limit per ipaddress reached (ipaddress: ${ip}`,
      },
    ].filter(({ max }) => max !== null);
  }

  #add(key: string, delta: number): void {
    const count = (this.#counts.get(key) ?? 0) + delta;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }
}

function limit(problem: string): SenbonError {
  return new SenbonError('SESSION_LIMIT', { problem });
}
