/** Bytes of memory or disk that several results share. Whoever takes some gives them back. */
export class ByteBudget {
  readonly maxBytes: number;
  #freeBytes: number;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
    this.#freeBytes = maxBytes;
  }

  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** False, and nothing is taken, when that much is not free. */
  take(bytes: number): boolean {
    if (bytes > this.#freeBytes) return false;
    this.#freeBytes -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#freeBytes += bytes;
  }
}
