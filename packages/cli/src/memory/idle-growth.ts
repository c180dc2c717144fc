const MEBIBYTE = 1_048_576;
/** Less is not worth stopping the process for. */
const MIN_GROWTH_BYTES = 32 * MEBIBYTE;
/** Between two checks; a gateway whose memory moves more is at work, and V8 collects as it goes. */
const QUIET_BYTES = 4 * MEBIBYTE;
const MIN_WAIT_MS = 4_000;
/** What grew may be in use: then a collection frees little, and the next is put off, in the end for this long. */
const MAX_WAIT_MS = 300_000;

/**
 * Notices that a process holds much more than it once did, and that it rests. V8 counts the bytes of buffers, but frees
 * them only when it next collects old objects, and a process that rests may not for hours: twenty clients that send 4 MiB
 * each and vanish would leave 100 MiB behind.
 */
export class IdleGrowth {
  #floor = Number.POSITIVE_INFINITY;
  #last = Number.POSITIVE_INFINITY;
  #waitMs = MIN_WAIT_MS;
  #notBefore = 0;
  /** Bytes in use when a collection was asked for, until it is known what it freed. */
  #collectedAt: number | null = null;

  /** Takes what is in use, now and then; true when a collection should follow. */
  isRipe(usedBytes: number, nowMs: number): boolean {
    if (this.#collectedAt !== null) this.#judge(this.#collectedAt - usedBytes, nowMs);
    const isQuiet = Math.abs(usedBytes - this.#last) <= QUIET_BYTES;
    this.#last = usedBytes;
    this.#floor = Math.min(this.#floor, usedBytes);
    if (!isQuiet || usedBytes - this.#floor < MIN_GROWTH_BYTES || nowMs < this.#notBefore) return false;
    this.#collectedAt = usedBytes;
    return true;
  }

  /** One check later, because V8 frees buffers behind the collection, in a thread of its own. */
  #judge(freedBytes: number, nowMs: number): void {
    this.#collectedAt = null;
    this.#waitMs = freedBytes >= MIN_GROWTH_BYTES / 2 ? MIN_WAIT_MS : Math.min(2 * this.#waitMs, MAX_WAIT_MS);
    this.#notBefore = nowMs + this.#waitMs;
  }
}
