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
  /** Takes no further connections; the present ones stay. */
  stopAccepting(): void;
  /** Cuts all connections. */
  destroy(): Promise<void>;
}
