/** Who is calling, as a frontend knows it. One per binary connection, one per HTTP request. */
export interface ClientContext {
  /** The authenticated user; `null` under NOSASL. */
  readonly user: string | null;
  /** The client's address, for limits and logs. */
  readonly ip: string;
  /**
   * The call was passed on by the process before this one at the same sockets, or by the one after it. Absent: the client came
   * itself.
   */
  readonly cameFrom?: 'before' | 'after' | undefined;
  /**
   * Aborted when the client has left before the reply could: what the call has started is nobody's then. Absent where the
   * sessions end with the connection.
   */
  readonly gone?: (() => AbortSignal) | undefined;
  /** Called with the id of every session opened by this client, so that a binary frontend can close them when it drops. */
  onSessionOpened(id: string): void;
}
