import { bool, buffer, int, long, longAsNumber, record, ustring, vector } from './codec.ts';
import type { Static } from './codec.ts';

// Field names and order: zookeeper.jute of Apache ZooKeeper 3.9.

export const Id = record({ scheme: ustring, id: ustring });
export type Id = Static<typeof Id>;

export const Acl = record({ perms: int, id: Id });
export type Acl = Static<typeof Acl>;

export const Stat = record({
  czxid: longAsNumber,
  mzxid: longAsNumber,
  ctime: longAsNumber,
  mtime: longAsNumber,
  version: int,
  cversion: int,
  aversion: int,
  ephemeralOwner: long,
  dataLength: int,
  numChildren: int,
  pzxid: longAsNumber,
});
export type Stat = Static<typeof Stat>;

/** Without the trailing `readOnly` byte, which clients before 3.4 do not send and do not expect back. */
export const ConnectRequest = record({
  protocolVersion: int,
  lastZxidSeen: longAsNumber,
  timeOut: int,
  sessionId: long,
  passwd: buffer,
});
export type ConnectRequest = Static<typeof ConnectRequest>;

export const ConnectResponse = record({
  protocolVersion: int,
  timeOut: int,
  sessionId: long,
  passwd: buffer,
});
export type ConnectResponse = Static<typeof ConnectResponse>;

export const RequestHeader = record({ xid: int, type: int });
export type RequestHeader = Static<typeof RequestHeader>;

export const ReplyHeader = record({ xid: int, zxid: longAsNumber, err: int });
export type ReplyHeader = Static<typeof ReplyHeader>;

export const MultiHeader = record({ type: int, done: bool, err: int });
export const AuthPacket = record({ type: int, scheme: ustring, auth: buffer });
export const WatcherEvent = record({ type: int, state: int, path: ustring });
export const ErrorResponse = record({ err: int });

export const CreateRequest = record({ path: ustring, data: buffer, acl: vector(Acl), flags: int });
export type CreateRequest = Static<typeof CreateRequest>;
export const CreateTtlRequest = record({
  path: ustring,
  data: buffer,
  acl: vector(Acl),
  flags: int,
  ttl: longAsNumber,
});
export const CreateResponse = record({ path: ustring });
export const Create2Response = record({ path: ustring, stat: Stat });

export const PathRequest = record({ path: ustring });
export const PathWatchRequest = record({ path: ustring, watch: bool });
export const PathVersionRequest = record({ path: ustring, version: int });
export const PathTypeRequest = record({ path: ustring, type: int });
export const SetDataRequest = record({ path: ustring, data: buffer, version: int });
export const SetAclRequest = record({ path: ustring, acl: vector(Acl), version: int });

export const StatResponse = record({ stat: Stat });
export const PathResponse = record({ path: ustring });
export const DataResponse = record({ data: buffer, stat: Stat });
export const PathsResponse = record({ paths: vector(ustring) });
export const ChildrenStatResponse = record({ children: vector(ustring), stat: Stat });
export const AclResponse = record({ acl: vector(Acl), stat: Stat });
export const CountResponse = record({ count: int });
export const WhoAmIResponse = record({ identities: vector(record({ scheme: ustring, user: ustring })) });

export const SetWatches = record({
  relativeZxid: longAsNumber,
  dataWatches: vector(ustring),
  existWatches: vector(ustring),
  childWatches: vector(ustring),
});
export const SetWatches2 = record({
  relativeZxid: longAsNumber,
  dataWatches: vector(ustring),
  existWatches: vector(ustring),
  childWatches: vector(ustring),
  persistentWatches: vector(ustring),
  persistentRecursiveWatches: vector(ustring),
});
export type SetWatches2 = Static<typeof SetWatches2>;
