import type { Clock, DiscoveryClient } from '@senbon/core';
import type { CtlRequest } from '../request.ts';

export interface CommandContext {
  readonly request: CtlRequest;
  readonly discovery: DiscoveryClient;
  /** What it is a client of, as in `zookeeper`. */
  readonly store: string;
  /** A client of the ensemble that the configuration names, which may be another one. */
  readonly withOwn: <T>(work: (client: DiscoveryClient) => Promise<T>) => Promise<T>;
  /** What happens meanwhile; no part of a JSON output. */
  readonly say: (line: string) => void;
  readonly clock: Clock;
}
