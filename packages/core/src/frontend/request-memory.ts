import { SenbonError } from '../errors/senbon-error.ts';

/**
 * Requests up to this size are not counted: everybody may send one, and there are at most
 * `kyuubi.frontend.max.connections` of them.
 */
export const UNCOUNTED_BYTES = 65_536;

/**
 * What all clients of a gateway together make it hold of requests: without a common bound, ten connections that each send
 * half of the largest request and then nothing would hold half a gigabyte.
 */
export class RequestMemory {
  readonly #maxBytes: number;
  readonly #key: string;
  #heldBytes = 0;

  /** `key` is the configuration key that sets it. */
  constructor(maxBytes: number, key: string) {
    this.#maxBytes = maxBytes;
    this.#key = key;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  open(): RequestShare {
    return new RequestShare((fromBytes, toBytes) => {
      const held = this.#heldBytes - counted(fromBytes) + counted(toBytes);
      if (toBytes > fromBytes && held > this.#maxBytes) {
        throw new SenbonError('SERVER_BUSY', { limit: this.#maxBytes, key: this.#key, bytes: toBytes });
      }
      this.#heldBytes = held;
    });
  }
}

/** What one client holds of it. */
export class RequestShare {
  readonly #change: (fromBytes: number, toBytes: number) => void;
  #bytes = 0;

  constructor(change: (fromBytes: number, toBytes: number) => void) {
    this.#change = change;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Throws SERVER_BUSY when that is more than before and more than there is for all; then nothing has changed. */
  set(bytes: number): void {
    this.#change(this.#bytes, bytes);
    this.#bytes = bytes;
  }
}

function counted(bytes: number): number {
  return bytes > UNCOUNTED_BYTES ? bytes : 0;
}
