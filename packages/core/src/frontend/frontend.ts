import type { ListeningSocket } from '../handover/inheritance.ts';

/** A listening endpoint for clients. */
export interface Frontend {
  /** `THRIFT_BINARY` or `THRIFT_HTTP`, as in `kyuubi.frontend.protocols`. */
  readonly protocol: string;
  /** Starts to listen. Throws BIND_FAILED. */
  listen(): Promise<void>;
  /** The port in use, once listening. */
  readonly port: number;
  /** What to paste into a JDBC client. */
  readonly url: string;
  /** Its socket as a child process may inherit it; `null` when it does not listen, or the platform has no such thing. */
  readonly socket: ListeningSocket | null;
  /** Leaves further connections to another process that listens at the same socket. Resolves when the last one here has gone. */
  release(): Promise<void>;
  /**
   * Takes no further connections and no further calls; ends the present connections once their answers are sent, and after
   * `graceMs` in any case. Idempotent.
   */
  close(graceMs: number): Promise<void>;
}
