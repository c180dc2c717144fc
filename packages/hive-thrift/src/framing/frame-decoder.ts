import { Accumulator } from '../bytes/accumulator.ts';
import { ThriftProtocolError } from '../errors.ts';
import { FRAME_HEADER_BYTES } from './frame.ts';

export interface FrameDecoderOptions {
  /** Longest payload taken; checked before anything is allocated for it. */
  readonly maxFrameBytes: number;
}

/**
 * Cuts a stream into frames: a 4-byte big-endian length and that many bytes, as every message goes after the SASL
 * handshake. A frame that lies within one chunk is a view of it, not a copy.
 */
export class FrameDecoder {
  readonly #maxFrameBytes: number;
  readonly #payload = new Accumulator();
  #headerBytes = 0;
  #length = 0;

  constructor(options: FrameDecoderOptions) {
    this.#maxFrameBytes = options.maxFrameBytes;
  }

  /** Bytes held of a frame that is not whole yet. */
  get bufferedBytes(): number {
    return this.#headerBytes + this.#payload.length;
  }

  /** The frames that are whole now. Throws `too-large` for a length below 0 or beyond the maximum; give up then. */
  push(chunk: Uint8Array): Uint8Array[] {
    const frames: Uint8Array[] = [];
    let offset = 0;
    for (;;) {
      while (this.#headerBytes < FRAME_HEADER_BYTES && offset < chunk.length) {
        this.#length = (this.#length << 8) | (chunk[offset] as number);
        this.#headerBytes += 1;
        offset += 1;
        if (this.#headerBytes === FRAME_HEADER_BYTES) this.#checkLength();
      }
      if (this.#headerBytes < FRAME_HEADER_BYTES) return frames;
      const part = chunk.subarray(offset, offset + this.#length - this.#payload.length);
      offset += part.length;
      if (part.length === this.#length) {
        frames.push(part);
      } else {
        if (part.length > 0) this.#payload.append(part, this.#length);
        if (this.#payload.length < this.#length) return frames;
        frames.push(this.#payload.take());
      }
      this.#headerBytes = 0;
      this.#length = 0;
    }
  }

  #checkLength(): void {
    if (this.#length >= 0 && this.#length <= this.#maxFrameBytes) return;
    throw new ThriftProtocolError(
      'too-large',
      `a frame of ${this.#length >>> 0} bytes, the maximum is ${this.#maxFrameBytes}; is the peer speaking SASL-framed Thrift?`,
    );
  }
}
