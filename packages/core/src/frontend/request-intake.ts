import { FrameDecoder, MAX_REQUEST_VALUES, MessageScanner } from '@senbon/hive-thrift';
import type { RequestShare } from './request-memory.ts';

export interface RequestIntakeOptions {
  /** SASL connections send their messages in frames, NOSASL ones bare. */
  readonly isFramed: boolean;
  readonly maxMessageBytes: number;
  readonly memory: RequestShare;
}

/**
 * Calls that a client may send before it has read the answers, and bytes of them. Drivers send one call at a time; beyond
 * either the socket is not read any more until some are answered.
 */
export const MAX_PIPELINED_CALLS = 64;
export const MAX_PIPELINED_BYTES = 1_048_576;

/** What a client has sent and nobody has served yet: whole messages in order, and the beginning of one. */
export class RequestIntake {
  readonly #frames: FrameDecoder | null;
  readonly #messages: MessageScanner;
  readonly #memory: RequestShare;
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #servedBytes = 0;

  constructor({ isFramed, maxMessageBytes, memory }: RequestIntakeOptions) {
    this.#frames = isFramed ? new FrameDecoder({ maxFrameBytes: maxMessageBytes }) : null;
    this.#messages = new MessageScanner({ maxMessageBytes, maxValues: MAX_REQUEST_VALUES });
    this.#memory = memory;
  }

  /** Bytes of a message that is not whole yet. */
  get partialBytes(): number {
    return (this.#frames?.bufferedBytes ?? 0) + this.#messages.bufferedBytes;
  }

  /** No more should be read. */
  get isFull(): boolean {
    return this.#waiting.length > MAX_PIPELINED_CALLS || this.#waitingBytes > MAX_PIPELINED_BYTES;
  }

  /** How many messages have become whole. Throws ThriftProtocolError, SERVER_BUSY: the connection is of no use then. */
  push(chunk: Uint8Array): number {
    let count = 0;
    for (const payload of this.#frames?.push(chunk) ?? [chunk]) {
      for (const message of this.#messages.push(payload)) {
        this.#waiting.push(message);
        this.#waitingBytes += message.length;
        count++;
      }
    }
    this.#account();
    return count;
  }

  /** The next message to serve; the one before it has been served. */
  next(): Uint8Array | undefined {
    const message = this.#waiting.shift();
    this.#servedBytes = message?.length ?? 0;
    this.#waitingBytes -= this.#servedBytes;
    this.#account();
    return message;
  }

  /** Drops what waits. */
  clear(): void {
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    this.#servedBytes = 0;
    this.#memory.set(0);
  }

  #account(): void {
    this.#memory.set(this.partialBytes + this.#waitingBytes + this.#servedBytes);
  }
}
