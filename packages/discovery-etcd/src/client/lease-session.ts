/** Of its life; what is left of it is for the clocks of two machines and for a slow event loop. */
const SAFE_PART = 0.9;
const RENEWALS_PER_LIFE = 3;

/** One lease, by which everything ephemeral of this client lives; what ZooKeeper calls a session. */
export class LeaseSession {
  /** As a decimal number, which does not fit into a double. */
  readonly id: string;
  readonly ttlSeconds: number;
  #renewedAt: number;

  /** `askedAt`: when it was asked for, so that the server's clock for it started later. */
  constructor(id: string, ttlSeconds: number, askedAt: number) {
    this.id = id;
    this.ttlSeconds = ttlSeconds;
    this.#renewedAt = askedAt;
  }

  /** As etcd's own locks write it. */
  get hexId(): string {
    return BigInt.asUintN(64, BigInt(this.id)).toString(16);
  }

  get ttlMs(): number {
    return this.ttlSeconds * 1_000;
  }

  /** How long it lives on for certain, even if no server is reached any more. */
  get safeForMs(): number {
    return Math.max(0, this.#renewedAt + this.ttlMs * SAFE_PART - performance.now());
  }

  get renewInMs(): number {
    return Math.max(0, this.#renewedAt + this.ttlMs / RENEWALS_PER_LIFE - performance.now());
  }

  renewed(askedAt: number): void {
    this.#renewedAt = askedAt;
  }
}
