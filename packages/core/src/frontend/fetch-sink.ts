import { MessageType, TStatusCode } from '@senbon/hive-thrift';
import type { ReplySink } from '../relay/reply-sink.ts';

/** Of a reply to FetchResults: envelope (strict, a name of 12 letters, a number), three field headers, the status code. */
const HEAD_BYTES = 37;
const TYPE_OFFSET = 3;
const FIELDS_OFFSET = 24;
/** The result, its status, the status' code, each as type and number. */
const FIELDS = Buffer.from([0x0c, 0, 0, 0x0c, 0, 1, 0x08, 0, 1]);
const CODE_OFFSET = FIELDS_OFFSET + FIELDS.length;

/** Passes a reply to FetchResults on unread, but for the first bytes, which say whether the fetch succeeded. */
export class FetchSink implements ReplySink {
  readonly #sink: ReplySink;
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #filled = 0;

  constructor(sink: ReplySink) {
    this.#sink = sink;
  }

  /** False too for a reply whose fields stand in another order; no engine known sends such. */
  get hasSucceeded(): boolean {
    const head = this.#head;
    if (this.#filled < HEAD_BYTES || head[TYPE_OFFSET] !== MessageType.REPLY) return false;
    if (!head.subarray(FIELDS_OFFSET, CODE_OFFSET).equals(FIELDS)) return false;
    const code = head.readInt32BE(CODE_OFFSET);
    return code === TStatusCode.SUCCESS || code === TStatusCode.SUCCESS_WITH_INFO;
  }

  begin(lengthBytes: number): void {
    this.#sink.begin(lengthBytes);
  }

  write(chunk: Uint8Array): boolean {
    if (this.#filled < HEAD_BYTES) {
      const piece = chunk.subarray(0, HEAD_BYTES - this.#filled);
      this.#head.set(piece, this.#filled);
      this.#filled += piece.length;
    }
    return this.#sink.write(chunk);
  }

  get holdsChunks(): boolean {
    return this.#sink.holdsChunks;
  }

  drained(): Promise<void> {
    return this.#sink.drained();
  }

  destroy(error: Error): void {
    this.#sink.destroy(error);
  }
}
