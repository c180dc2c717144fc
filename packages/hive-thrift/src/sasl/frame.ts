import { Buffer } from 'node:buffer';

/** Status byte of a SASL frame. After it: i32 length, payload. */
export const NegotiationStatus = { START: 1, OK: 2, BAD: 3, ERROR: 4, COMPLETE: 5 } as const;
export type NegotiationStatus = (typeof NegotiationStatus)[keyof typeof NegotiationStatus];

export const SASL_HEADER_BYTES = 5;
/** A user, a password or token and two separators. Java's peers would take 100 MiB before anyone is authenticated. */
export const DEFAULT_MAX_SASL_PAYLOAD_BYTES = 64 * 1024;

export class SaslError extends Error {
  override readonly name = 'SaslError';
}

export interface SaslFrame {
  readonly status: number;
  readonly payload: Uint8Array;
}

export function saslFrame(status: NegotiationStatus, payload: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(SASL_HEADER_BYTES + payload.length);
  bytes[0] = status;
  bytes.writeInt32BE(payload.length, 1);
  bytes.set(payload, SASL_HEADER_BYTES);
  return bytes;
}

/** Collects one frame after the other. Bounded by the longest frame and the chunk that completed it. */
export class SaslFrameReader {
  readonly #maxPayloadBytes: number;
  #held: Buffer = Buffer.alloc(0);

  constructor(maxPayloadBytes: number) {
    this.#maxPayloadBytes = maxPayloadBytes;
  }

  push(chunk: Uint8Array): void {
    this.#held = Buffer.concat([this.#held, chunk]);
  }

  /** Null until a frame is whole. Throws SaslError for what cannot become one. */
  next(): SaslFrame | null {
    const held = this.#held;
    const status = held[0];
    if (status === undefined) return null;
    if (status < NegotiationStatus.START || status > NegotiationStatus.COMPLETE) {
      throw new SaslError(`not a SASL handshake: it starts with byte ${status}${guess(status)}`);
    }
    if (held.length < SASL_HEADER_BYTES) return null;
    const length = held.readInt32BE(1);
    if (length < 0 || length > this.#maxPayloadBytes) {
      throw new SaslError(`a SASL payload of ${length} bytes, the maximum is ${this.#maxPayloadBytes}`);
    }
    const end = SASL_HEADER_BYTES + length;
    if (held.length < end) return null;
    this.#held = held.subarray(end);
    return { status, payload: held.subarray(SASL_HEADER_BYTES, end) };
  }

  /** What came after the last frame. */
  rest(): Uint8Array {
    const rest = this.#held;
    this.#held = Buffer.alloc(0);
    return rest;
  }
}

/** The usual ways to meet the wrong port. */
function guess(byte: number): string {
  if (byte === 0x80) return ' (a client set to NOSASL?)';
  if (byte === 0x16) return ' (a TLS client?)';
  if (byte === 0x47 || byte === 0x50) return ' (an HTTP client?)';
  return '';
}
