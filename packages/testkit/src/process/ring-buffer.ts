/** The newest `maxChars` of a text that grows without end. */
export class RingBuffer {
  readonly #maxChars: number;
  #chunks: string[] = [];
  #chars = 0;

  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  push(text: string): void {
    this.#chunks.push(text);
    this.#chars += text.length;
    while (this.#chars - (this.#chunks[0]?.length ?? 0) >= this.#maxChars) {
      this.#chars -= this.#chunks.shift()?.length ?? 0;
    }
  }

  toString(): string {
    const text = this.#chunks.join('');
    return text.length <= this.#maxChars ? text : `…${text.slice(-this.#maxChars)}`;
  }
}
