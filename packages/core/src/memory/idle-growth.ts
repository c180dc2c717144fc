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
 * each and vanish would leave 100 MiB behind in a gateway.
 */
export class IdleGrowth {
  /** The least ever in use. */
  #floor: number;
  /** The least in use since the last collection. */
  #level: number;
  #last: number;
  #waitMs = MIN_WAIT_MS;
  #collectedAtMs = Number.NEGATIVE_INFINITY;
  /** Bytes in use when a collection was asked for, until it is known what it freed. */
  #collectedFrom: number | null = null;

  /** What is in use at the start, before any burst. */
  constructor(usedBytes: number) {
    this.#floor = usedBytes;
    this.#level = usedBytes;
    this.#last = usedBytes;
  }

  /** Takes what is in use, now and then; true when a collection should follow. */
  isRipe(usedBytes: number, nowMs: number): boolean {
    if (this.#collectedFrom !== null) this.#judge(this.#collectedFrom, usedBytes);
    const isQuiet = Math.abs(usedBytes - this.#last) <= QUIET_BYTES;
    this.#last = usedBytes;
    this.#floor = Math.min(this.#floor, usedBytes);
    this.#level = Math.min(this.#level, usedBytes);
    const waitMs = this.#waitFor(usedBytes);
    if (!isQuiet || waitMs === null || nowMs - this.#collectedAtMs < waitMs) return false;
    this.#collectedFrom = usedBytes;
    this.#collectedAtMs = nowMs;
    return true;
  }

  /** Something has ended that may have held much: what is in use now need not be any more. */
  reconsider(): void {
    this.#waitMs = MIN_WAIT_MS;
  }

  /**
   * From one collection to the next; null while little has come. What has come since the last one is most likely dead,
   * what was there before most likely lives.
   */
  #waitFor(usedBytes: number): number | null {
    if (usedBytes - this.#level >= MIN_GROWTH_BYTES) return MIN_WAIT_MS;
    return usedBytes - this.#floor >= MIN_GROWTH_BYTES ? this.#waitMs : null;
  }

  /** One check later, because buffers are freed behind the collection, in threads of their own. */
  #judge(from: number, to: number): void {
    this.#collectedFrom = null;
    this.#level = to;
    this.#waitMs = from - to >= MIN_GROWTH_BYTES / 2 ? MIN_WAIT_MS : Math.min(2 * this.#waitMs, MAX_WAIT_MS);
  }
}
