import {
  AuthPacket,
  type Codec,
  ConnectRequest,
  CreateRequest,
  encodePacket,
  OpCode,
  PathVersionRequest,
  PathWatchRequest,
  RequestHeader,
  SetDataRequest,
  SetWatches,
} from '@senbon/zookeeper-embedded/wire';

const MAX_BYTES = 100_000;
const everybody = [{ perms: 31, id: { scheme: 'world', id: 'anyone' } }];
const path = '/kyuubi/hostile';
const data = Buffer.from('127.0.0.1:10009');

/** A connect request for a session that lasts as briefly as the server lets it. */
export const zooKeeperHello: Buffer = encodePacket(MAX_BYTES, (writer) => {
  ConnectRequest.write(writer, {
    protocolVersion: 0,
    lastZxidSeen: 0,
    timeOut: 1,
    sessionId: 0n,
    passwd: Buffer.alloc(16),
  });
  writer.writeBool(false);
});
/** Length, version, time-out, session, password, read-only. */
export const ZOOKEEPER_WELCOME_BYTES = 41;

function request<T>(type: number, codec: Codec<T>, value: T): Buffer {
  return encodePacket(MAX_BYTES, (writer) => {
    RequestHeader.write(writer, { xid: 1, type });
    codec.write(writer, value);
  });
}

const multi = encodePacket(MAX_BYTES, (writer) => {
  RequestHeader.write(writer, { xid: 1, type: OpCode.multi });
  for (const isEnd of [false, true]) {
    writer.writeInt(isEnd ? -1 : OpCode.create);
    writer.writeBool(isEnd);
    writer.writeInt(-1);
    if (!isEnd) CreateRequest.write(writer, { path, data, acl: everybody, flags: 1 });
  }
});

/** What a discovery client sends, each as a whole packet. */
export const zooKeeperCalls: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['create', request(OpCode.create, CreateRequest, { path, data, acl: everybody, flags: 3 })],
  ['exists', request(OpCode.exists, PathWatchRequest, { path, watch: true })],
  ['getData', request(OpCode.getData, PathWatchRequest, { path, watch: true })],
  ['getChildren', request(OpCode.getChildren, PathWatchRequest, { path, watch: true })],
  ['setData', request(OpCode.setData, SetDataRequest, { path, data, version: -1 })],
  ['delete', request(OpCode.delete, PathVersionRequest, { path, version: -1 })],
  ['auth', request(OpCode.auth, AuthPacket, { type: 0, scheme: 'digest', auth: Buffer.from('a:b') })],
  [
    'setWatches',
    request(OpCode.setWatches, SetWatches, {
      relativeZxid: 0,
      dataWatches: [path],
      existWatches: [path],
      childWatches: ['/kyuubi'],
    }),
  ],
  ['multi', multi],
];
