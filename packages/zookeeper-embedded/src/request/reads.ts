import { maskDigests, Permission, permits } from '../tree/acl.ts';
import { authScheme } from '../tree/auth-scheme.ts';
import { statOf } from '../tree/znode.ts';
import type { Znode } from '../tree/znode.ts';
import { ErrorCode, RequestError } from '../wire/error-code.ts';
import type { JuteReader } from '../wire/jute-reader.ts';
import { OpCode } from '../wire/op-code.ts';
import {
  AclResponse,
  ChildrenStatResponse,
  CountResponse,
  DataResponse,
  PathRequest,
  PathResponse,
  PathsResponse,
  PathWatchRequest,
  StatResponse,
  WhoAmIResponse,
} from '../wire/records.ts';
import type { BodyWriter, RequestContext } from './request-context.ts';

/** A request that changes nothing but, at most, sets a watch. */
export type Read = (context: RequestContext, reader: JuteReader) => BodyWriter;

const exists: Read = (context, reader) => {
  const { path, watch } = PathWatchRequest.read(reader);
  if (path.includes('\0')) throw new RequestError(ErrorCode.badArguments);
  const { tree, watches } = context.database;
  const node = tree.get(path);
  if (node !== undefined) demand(context, node, Permission.read);
  if (watch) watches.watchData(path, context.client);
  if (node === undefined) throw new RequestError(ErrorCode.noNode);
  return (writer) => StatResponse.write(writer, { stat: statOf(node) });
};

const getData: Read = (context, reader) => {
  const { path, watch } = PathWatchRequest.read(reader);
  const node = needReadable(context, path);
  if (watch) context.database.watches.watchData(path, context.client);
  return (writer) => DataResponse.write(writer, { data: node.data, stat: statOf(node) });
};

const getChildren: Read = (context, reader) => {
  const { path, watch } = PathWatchRequest.read(reader);
  const node = needReadable(context, path);
  if (watch) context.database.watches.watchChildren(path, context.client);
  return (writer) => PathsResponse.write(writer, { paths: [...node.children] });
};

const getChildren2: Read = (context, reader) => {
  const { path, watch } = PathWatchRequest.read(reader);
  const node = needReadable(context, path);
  if (watch) context.database.watches.watchChildren(path, context.client);
  return (writer) => ChildrenStatResponse.write(writer, { children: [...node.children], stat: statOf(node) });
};

const getAcl: Read = (context, reader) => {
  const node = context.database.tree.need(PathRequest.read(reader).path);
  demand(context, node, Permission.read | Permission.admin);
  const mayChange = permits(context.client.identities, node.acl, Permission.admin);
  const acl = mayChange ? node.acl : maskDigests(node.acl);
  return (writer) => AclResponse.write(writer, { acl, stat: statOf(node) });
};

const getAllChildrenNumber: Read = (context, reader) => {
  const { path } = PathRequest.read(reader);
  needReadable(context, path);
  const count = context.database.tree.countBelow(path);
  return (writer) => CountResponse.write(writer, { count });
};

const getEphemerals: Read = (context, reader) => {
  const { path: prefix } = PathRequest.read(reader);
  const all = context.database.tree.ephemeralsOf(context.client.sessionId);
  const paths = all.filter((path) => path.startsWith(prefix.trim() === '' ? '/' : prefix));
  return (writer) => PathsResponse.write(writer, { paths });
};

/** One server has nothing to catch up with. */
const sync: Read = (_context, reader) => {
  const { path } = PathRequest.read(reader);
  return (writer) => PathResponse.write(writer, { path });
};

const whoAmI: Read = (context) => {
  const identities = context.client.identities.map(({ scheme, id }) => ({
    scheme,
    user: authScheme(scheme)?.userOf(id) ?? '',
  }));
  return (writer) => WhoAmIResponse.write(writer, { identities });
};

const ping: Read = () => null;

export const READS: ReadonlyMap<number, Read> = new Map([
  [OpCode.exists, exists],
  [OpCode.getData, getData],
  [OpCode.getChildren, getChildren],
  [OpCode.getChildren2, getChildren2],
  [OpCode.getAcl, getAcl],
  [OpCode.getAllChildrenNumber, getAllChildrenNumber],
  [OpCode.getEphemerals, getEphemerals],
  [OpCode.sync, sync],
  [OpCode.whoAmI, whoAmI],
  [OpCode.ping, ping],
]);

/** Reads that a multiRead may hold. Their watch flag is ignored, as by Apache's server. */
export const MULTI_READS: ReadonlySet<number> = new Set([OpCode.getData, OpCode.getChildren]);

function needReadable(context: RequestContext, path: string): Znode {
  const node = context.database.tree.need(path);
  demand(context, node, Permission.read);
  return node;
}

function demand({ client }: RequestContext, node: Znode, permission: number): void {
  if (!permits(client.identities, node.acl, permission)) throw new RequestError(ErrorCode.noAuth);
}
