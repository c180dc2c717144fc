/** ZooKeeper's wire format without a server: for clients. */
export { FrameLengthError, PacketFramer, encodePacket } from './packet-framer.ts';
export { JuteError, JuteReader } from './jute-reader.ts';
export { JuteOverflowError, JuteWriter } from './jute-writer.ts';
export { NOTIFICATION_XID, OpCode, PING_XID } from './op-code.ts';
export type { Codec, Static } from './codec.ts';
export * from './records.ts';
