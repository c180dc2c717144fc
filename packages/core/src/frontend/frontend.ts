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
  /**
   * Takes no further connections and no further calls; ends the present connections once their answers are sent, and after
   * `graceMs` in any case. Idempotent.
   */
  close(graceMs: number): Promise<void>;
}
