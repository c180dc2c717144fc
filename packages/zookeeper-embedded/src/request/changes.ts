import { resolveCreate } from '../tree/create-mode.ts';
import type { DataTree } from '../tree/data-tree.ts';
import type { Transaction } from '../tree/transaction.ts';
import { statOf } from '../tree/znode.ts';
import { ErrorCode, RequestError } from '../wire/error-code.ts';
import type { JuteReader } from '../wire/jute-reader.ts';
import { OpCode } from '../wire/op-code.ts';
import {
  Create2Response,
  CreateRequest,
  CreateResponse,
  CreateTtlRequest,
  PathVersionRequest,
  SetAclRequest,
  SetDataRequest,
  StatResponse,
} from '../wire/records.ts';
import type { BodyWriter } from './request-context.ts';

/** What a change answers. `type` is how a multi's result list names it. */
export interface ChangeResult {
  readonly type: number;
  readonly writeBody: BodyWriter;
}

/** A request that changes the tree, decoded and ready to be made: alone, or as one of a multi. */
export type Change = (tree: DataTree, txn: Transaction) => ChangeResult;

type ChangeReader = (reader: JuteReader, type: number) => Change;

const readCreate: ChangeReader = (reader, type) => {
  const request = CreateRequest.read(reader);
  return createChange(type, { ...request, ttl: -1 });
};

const readCreateTtl: ChangeReader = (reader, type) => createChange(type, CreateTtlRequest.read(reader));

function createChange(type: number, request: CreateRequest & { readonly ttl: number }): Change {
  return (tree, txn) => {
    const { path, data, acl } = request;
    const kind = { op: type, flags: request.flags, ttlMs: request.ttl, sessionId: txn.actor.sessionId };
    const created = tree.create({ path, data, acl, ...resolveCreate(kind) }, txn);
    if (type === OpCode.create) {
      return { type, writeBody: (writer) => CreateResponse.write(writer, { path: created }) };
    }
    const stat = statOf(tree.need(created));
    return {
      type: OpCode.create2,
      writeBody: (writer) => Create2Response.write(writer, { path: created, stat }),
    };
  };
}

const readDelete: ChangeReader = (reader, type) => {
  const { path, version } = PathVersionRequest.read(reader);
  return (tree, txn) => {
    tree.delete(path, version, txn);
    return { type, writeBody: null };
  };
};

const readSetData: ChangeReader = (reader, type) => {
  const { path, data, version } = SetDataRequest.read(reader);
  return (tree, txn) => {
    const stat = statOf(tree.setData(path, data, version, txn));
    return { type, writeBody: (writer) => StatResponse.write(writer, { stat }) };
  };
};

const readSetAcl: ChangeReader = (reader, type) => {
  const { path, acl, version } = SetAclRequest.read(reader);
  return (tree, txn) => {
    const stat = statOf(tree.setAcl(path, acl, version, txn));
    return { type, writeBody: (writer) => StatResponse.write(writer, { stat }) };
  };
};

const readCheck: ChangeReader = (reader, type) => {
  const { path, version } = PathVersionRequest.read(reader);
  return (tree, txn) => {
    tree.check(path, version, txn);
    return { type, writeBody: null };
  };
};

const refuseReconfig: ChangeReader = () => () => {
  throw new RequestError(ErrorCode.reconfigDisabled);
};

const ALONE_OR_IN_MULTI: readonly (readonly [number, ChangeReader])[] = [
  [OpCode.create, readCreate],
  [OpCode.create2, readCreate],
  [OpCode.createContainer, readCreate],
  [OpCode.createTtl, readCreateTtl],
  [OpCode.delete, readDelete],
  [OpCode.setData, readSetData],
];

/** Changes that may be a request of their own. */
export const CHANGES: ReadonlyMap<number, ChangeReader> = new Map([
  ...ALONE_OR_IN_MULTI,
  [OpCode.setAcl, readSetAcl],
  [OpCode.reconfig, refuseReconfig],
]);

/** Changes that a multi may hold. */
export const MULTI_CHANGES: ReadonlyMap<number, ChangeReader> = new Map([
  ...ALONE_OR_IN_MULTI,
  [OpCode.check, readCheck],
]);
