import { Buffer } from 'node:buffer';

/** Bytes of the length prefix. */
export const FRAME_HEADER_BYTES = 4;

/** The prefix of a frame of `length` bytes, for those who write header and payload apart. */
export function frameHeader(length: number): Uint8Array {
  const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
  header.writeInt32BE(length, 0);
  return header;
}

/** Copies the payload behind its prefix; for a large one write `frameHeader` and payload apart. */
export function frame(payload: Uint8Array): Uint8Array {
  const framed = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.length);
  framed.writeInt32BE(payload.length, 0);
  framed.set(payload, FRAME_HEADER_BYTES);
  return framed;
}
