/** Who is calling, as a frontend knows it. One per binary connection, one per HTTP request. */
export interface ClientContext {
  /** The authenticated user; `null` under NOSASL. */
  readonly user: string | null;
  /** The client's address, for limits and logs. */
  readonly ip: string;
  /** Called with the id of every session opened by this client, so that a binary frontend can close them when it drops. */
  onSessionOpened(id: string): void;
}
