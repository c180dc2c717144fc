import { ReplyHeader } from './records.ts';
import { JuteWriter } from './jute-writer.ts';

const LENGTH_BYTES = 4;
const MIN_STORE_BYTES = 4096;
const EMPTY = Buffer.alloc(0);

/** A packet announces a length that is negative or above the bound; the stream cannot be followed further. */
export class FrameLengthError extends Error {
  override readonly name = 'FrameLengthError';
}

/**
 * Cuts a byte stream into packets: four bytes of length, then the body. The length is checked before
 * anything is allocated, and memory grows with what has arrived, not with what was announced.
 */
export class PacketFramer {
  #maxBytes: number;
  #store: Buffer = EMPTY;
  /** False while the store is a chunk of the socket's, which must not be written to. */
  #isOwnStore = false;
  #start = 0;
  #end = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  setMaxBytes(maxBytes: number): void {
    this.#maxBytes = maxBytes;
  }

  get buffered(): number {
    return this.#end - this.#start;
  }

  push(chunk: Buffer): void {
    if (this.buffered === 0) {
      this.#store = chunk;
      this.#isOwnStore = false;
      this.#start = 0;
      this.#end = chunk.length;
      return;
    }
    if (!this.#isOwnStore || this.#store.length - this.#end < chunk.length) this.#grow(chunk.length);
    chunk.copy(this.#store, this.#end);
    this.#end += chunk.length;
  }

  /** The four bytes where the next packet's length is expected, or null when they have not all arrived. */
  peekLength(): number | null {
    return this.buffered < LENGTH_BYTES ? null : this.#store.readInt32BE(this.#start);
  }

  /**
   * The next whole packet's body, a view without copy, or null.
   * @throws FrameLengthError
   */
  next(): Buffer | null {
    const length = this.peekLength();
    if (length === null) return null;
    if (length < 0 || length > this.#maxBytes) {
      throw new FrameLengthError(`packet of ${length} bytes announced, at most ${this.#maxBytes} are taken`);
    }
    const bodyStart = this.#start + LENGTH_BYTES;
    if (this.#end - bodyStart < length) return null;
    this.#start = bodyStart + length;
    const body = this.#store.subarray(bodyStart, this.#start);
    if (this.#start === this.#end) this.#release();
    return body;
  }

  /** An idle connection keeps no memory. */
  #release(): void {
    this.#store = EMPTY;
    this.#start = 0;
    this.#end = 0;
  }

  /** Doubling keeps the copying linear when a packet arrives byte by byte. */
  #grow(extra: number): void {
    const buffered = this.buffered;
    const roomy = Buffer.allocUnsafe(Math.max(MIN_STORE_BYTES, (buffered + extra) * 2));
    this.#store.copy(roomy, 0, this.#start, this.#end);
    this.#store = roomy;
    this.#isOwnStore = true;
    this.#start = 0;
    this.#end = buffered;
  }
}

/** Encodes one packet, its length in front. */
export function encodePacket(maxBytes: number, write: (writer: JuteWriter) => void): Buffer {
  const writer = new JuteWriter(maxBytes + LENGTH_BYTES);
  writer.writeInt(0);
  write(writer);
  writer.patchInt(0, writer.length - LENGTH_BYTES);
  return writer.finish();
}

/** Encodes a reply: its header, then the body if there is one. */
export function encodeReply(
  maxBytes: number,
  header: ReplyHeader,
  writeBody: ((writer: JuteWriter) => void) | null,
): Buffer {
  return encodePacket(maxBytes, (writer) => {
    ReplyHeader.write(writer, header);
    writeBody?.(writer);
  });
}
