/** Counters for the four-letter words. */
export class ServerStats {
  packetsReceived = 0;
  packetsSent = 0;
  authFailures = 0;
  #requests = 0;
  #totalMs = 0;
  #minMs = Number.POSITIVE_INFINITY;
  #maxMs = 0;

  addLatency(elapsedMs: number): void {
    this.#requests += 1;
    this.#totalMs += elapsedMs;
    this.#minMs = Math.min(this.#minMs, elapsedMs);
    this.#maxMs = Math.max(this.#maxMs, elapsedMs);
  }

  /** Milliseconds; all 0 before the first request. */
  get latency(): { min: number; avg: number; max: number } {
    if (this.#requests === 0) return { min: 0, avg: 0, max: 0 };
    return { min: this.#minMs, avg: this.#totalMs / this.#requests, max: this.#maxMs };
  }
}
