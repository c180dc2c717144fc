import { asBuffer, ByteReader } from '../bytes/byte-reader.ts';
import type { ByteWriter } from '../bytes/byte-writer.ts';
import { MAX_METHOD_NAME_BYTES } from '../bytes/limits.ts';
import { ThriftProtocolError } from '../errors.ts';

export const MessageType = { CALL: 1, REPLY: 2, EXCEPTION: 3, ONEWAY: 4 } as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** What stands before a message's body. */
export interface Envelope {
  readonly method: string;
  readonly type: MessageType;
  readonly seqId: number;
  /** Where the i32 sequence id stands. */
  readonly seqIdOffset: number;
  readonly bodyOffset: number;
}

/** High half of the first word of a strict binary message. */
const VERSION_1 = 0x8001;

/** Throws ThriftProtocolError: `bad-version` when it is not the strict binary protocol, `truncated`, `bad-message`. */
export function readEnvelope(bytes: Uint8Array): Envelope {
  const reader = new ByteReader(bytes);
  const word = reader.i32() >>> 0;
  if (word >>> 16 !== VERSION_1) {
    throw new ThriftProtocolError(
      'bad-version',
      `the message starts with 0x${word.toString(16).padStart(8, '0')}, not with a strict binary header (0x8001….)`,
    );
  }
  const type = word & 0xff;
  if (!isMessageType(type)) throw new ThriftProtocolError('bad-message', `${type} is not a message type`);
  const nameBytes = reader.i32();
  if (nameBytes < 0 || nameBytes > MAX_METHOD_NAME_BYTES) {
    throw new ThriftProtocolError('too-large', `a method name of ${nameBytes} bytes`);
  }
  const seqIdOffset = reader.offset + nameBytes;
  if (seqIdOffset + 4 > bytes.length)
    throw new ThriftProtocolError('truncated', 'the message ends in its header');
  const buffer = asBuffer(bytes);
  return {
    method: buffer.toString('utf8', reader.offset, seqIdOffset),
    type,
    seqId: buffer.readInt32BE(seqIdOffset),
    seqIdOffset,
    bodyOffset: seqIdOffset + 4,
  };
}

export function writeEnvelope(writer: ByteWriter, method: string, type: MessageType, seqId: number): void {
  writer.i32((VERSION_1 << 16) | type | 0);
  writer.string(method);
  writer.i32(seqId);
}

/** Replaces the sequence id in place; nothing else of the message changes. */
export function patchSeqId(bytes: Uint8Array, envelope: Envelope, seqId: number): void {
  asBuffer(bytes).writeInt32BE(seqId, envelope.seqIdOffset);
}

export function isMessageType(type: number): type is MessageType {
  return type >= MessageType.CALL && type <= MessageType.ONEWAY;
}
