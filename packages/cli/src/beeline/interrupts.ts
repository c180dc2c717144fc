/** Who gets the next Ctrl-C. */
export class Interrupts {
  #handler: (() => void) | null = null;

  /** While `work` runs, an interrupt is `handler`'s; the one before gets it back then. */
  async during<T>(handler: () => void, work: () => Promise<T>): Promise<T> {
    const before = this.#handler;
    this.#handler = handler;
    try {
      return await work();
    } finally {
      this.#handler = before;
    }
  }

  /** False when nobody wants it. */
  raise(): boolean {
    this.#handler?.();
    return this.#handler !== null;
  }
}
