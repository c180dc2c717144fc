import { issueGatewayToken, newGatewayId } from '../auth/gateway-token.ts';
import type { AreaConfig } from '../config/area.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { ServiceNode } from '../ports/discovery.ts';
import { EnginePool } from '../relay/engine-pool.ts';
import type { engineArea } from './config.ts';

/** Time an engine's pool is kept after its last session has gone. */
const POOL_LINGER_MS = 60_000;
const ANONYMOUS_PASSWORD = 'anonymous';

/** An engine this gateway talks to. */
export interface Engine {
  /** `host:port`. */
  readonly name: string;
  readonly node: ServiceNode;
  readonly pool: EnginePool;
}

interface Entry extends Engine {
  sessions: number;
  linger: Timer | null;
}

export interface EngineDirectoryOptions {
  readonly config: AreaConfig<typeof engineArea>;
  /** The server space's secret; `null` when internal security is off. */
  readonly secret: Uint8Array | null;
  readonly clock: Clock;
}

/** The engines in use and their connection pools, one each, kept while sessions need them. */
export class EngineDirectory {
  readonly #options: EngineDirectoryOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #gateway = newGatewayId();

  constructor(options: EngineDirectoryOptions) {
    this.#options = options;
  }

  /** Counts a session on the engine behind `node`; give it back with `release`. */
  acquire(node: ServiceNode): Engine {
    const name = `${node.host}:${node.port}`;
    // A port is used again in time; the node's path tells one engine from its successor there.
    const key = `${name}${node.path}`;
    const entry = this.#entries.get(key) ?? this.#create(key, name, node);
    entry.linger?.cancel();
    entry.linger = null;
    entry.sessions++;
    return entry;
  }

  release(engine: Engine): void {
    const key = `${engine.name}${engine.node.path}`;
    const entry = this.#entries.get(key);
    if (entry === undefined || --entry.sessions > 0) return;
    entry.linger = this.#options.clock.after(POOL_LINGER_MS, () => {
      this.#entries.delete(key);
      entry.pool.close();
    });
  }

  close(): void {
    for (const entry of this.#entries.values()) {
      entry.linger?.cancel();
      entry.pool.close();
    }
    this.#entries.clear();
  }

  #create(key: string, name: string, node: ServiceNode): Entry {
    const { config, clock } = this.#options;
    const pool: EnginePool = new EnginePool({
      endpoint: { host: node.host, port: node.port },
      credentialsFor: (user) => this.#passwordFor(user, node),
      loginTimeoutMs: config.loginTimeoutMs,
      callTimeoutMs: config.callTimeoutMs,
      maxMessageBytes: config.maxMessageBytes,
      maxConnections: config.maxConnections,
      waitTimeoutMs: config.connectionWaitMs,
      idleConnections: config.idleConnections,
      isTethered: () => entry.sessions > 0,
      clock,
    });
    const entry: Entry = { name, node, pool, sessions: 0, linger: null };
    this.#entries.set(key, entry);
    return entry;
  }

  #passwordFor(user: string, { host, port, attributes }: ServiceNode): string {
    const { secret, clock } = this.#options;
    if (secret === null) return ANONYMOUS_PASSWORD;
    const engine = { host, port, refId: attributes['refId'] ?? '' };
    return issueGatewayToken(secret, { user, engine, gateway: this.#gateway, nowMs: clock.now() });
  }
}
