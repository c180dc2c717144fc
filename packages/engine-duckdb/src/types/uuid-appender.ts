import { textAppender } from './text-appender.ts';

const UUID_BYTES = 16;
const UUID_CHARS = 36;
const DASH = 45;
const HEX = Buffer.from('0123456789abcdef');

/** A UUID is a little-endian 128-bit integer whose sign bit is flipped, so that numbers sort as texts do. */
export const uuidAppender = textAppender((column, row, sink) => {
  const source = column.bytes(UUID_BYTES);
  const target = sink.reserve(UUID_CHARS);
  let at = sink.length;
  for (let i = UUID_BYTES - 1; i >= 0; i--) {
    const stored = source[row * UUID_BYTES + i] as number;
    const byte = i === UUID_BYTES - 1 ? stored ^ 0x80 : stored;
    target[at++] = HEX[byte >> 4] as number;
    target[at++] = HEX[byte & 15] as number;
    if (i === 12 || i === 10 || i === 8 || i === 6) target[at++] = DASH;
  }
  sink.length = at;
});
