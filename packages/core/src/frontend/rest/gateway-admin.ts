import type { ServiceNode } from '../../ports/discovery.ts';

export interface DrainStatus {
  /** The gateway's. */
  readonly state: string;
  readonly instance: string;
  readonly sessions: number;
  /** `null` when it does not drain. */
  readonly drain: {
    readonly why: string;
    /** Milliseconds since the epoch. */
    readonly since: number;
    readonly deadline: number;
    readonly canUndo: boolean;
    readonly users: readonly { readonly user: string; readonly sessions: number }[];
  } | null;
}

/** What the REST frontend may do with the gateway it belongs to. */
export interface GatewayAdmin {
  status(): DrainStatus;
  /** Does not wait for its end. Throws DRAIN_REFUSED. */
  drain(deadlineMs: number | null): void;
  /** Throws DRAIN_REFUSED, DISCOVERY_*. */
  undrain(): Promise<void>;
  /** By path of the server space. Throws DISCOVERY_*. */
  servers(): Promise<ReadonlyMap<string, readonly ServiceNode[]>>;
}
