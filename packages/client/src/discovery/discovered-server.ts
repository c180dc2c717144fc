/** A server that service discovery knows. */
export interface DiscoveredServer {
  /** The node's name, for messages. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Session variables that the server published of itself; those of a URL go before them. */
  readonly published: ReadonlyMap<string, string>;
  /** How many it has open, where it says so. */
  readonly sessions?: number | null;
}

export interface Lookup {
  /** `host:port`, comma-separated. */
  readonly addresses: string;
  /** Without slashes at its ends. */
  readonly namespace: string;
  /** The URL asks for HTTP, or is silent about it. */
  readonly transportMode: 'binary' | 'http' | null;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Finds the servers of a namespace. Throws ClientError DISCOVERY_FAILED. */
export type Discover = (lookup: Lookup) => Promise<readonly DiscoveredServer[]>;
