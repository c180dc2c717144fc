import { ErrorCode, RequestError } from '../wire/error-code.ts';
import type { Acl } from '../wire/records.ts';
import { OPEN_ACL, Permission, READ_ONLY_ACL } from './acl.ts';
import type { Lifetime } from './create-mode.ts';
import { isValidPath, join, nameOf, parentOf } from './path.ts';
import type { Transaction } from './transaction.ts';
import { costOf, increment, sequenceSuffix } from './znode.ts';
import type { Znode } from './znode.ts';

/** The tree is in memory only: its bound keeps a runaway client from ending the process that hosts it. */
export const DEFAULT_MAX_TREE_BYTES = 256 * 1024 * 1024;

const CONFIG_PATH = '/zookeeper/config';
/** What every ZooKeeper has from the start and nobody may delete. */
const SYSTEM_PATHS: readonly string[] = ['/', '/zookeeper', '/zookeeper/quota', CONFIG_PATH];

export interface NewNode {
  readonly path: string;
  readonly data: Buffer | null;
  readonly acl: readonly Acl[];
  readonly lifetime: Lifetime;
  readonly isSequential: boolean;
}

/**
 * The znodes and the rules of changing them, without time, sockets or watches. The order of the checks in
 * each operation is Apache's server's, since it decides which error a client sees.
 */
export class DataTree {
  readonly #maxBytes: number;
  readonly #nodes = new Map<string, Znode>();
  readonly #ephemerals = new Map<bigint, Set<string>>();
  /** Containers and TTL nodes: what the server may delete on its own. */
  readonly #expendable = new Set<string>();
  #bytes = 0;

  constructor(maxBytes: number = DEFAULT_MAX_TREE_BYTES) {
    this.#maxBytes = maxBytes;
    for (const path of SYSTEM_PATHS) this.#addSystemNode(path);
  }

  get nodeCount(): number {
    return this.#nodes.size;
  }

  get ephemeralCount(): number {
    let count = 0;
    for (const paths of this.#ephemerals.values()) count += paths.size;
    return count;
  }

  /** An estimate of the memory in use. */
  get bytes(): number {
    return this.#bytes;
  }

  get(path: string): Znode | undefined {
    return this.#nodes.get(path);
  }

  /** @throws RequestError noNode */
  need(path: string): Znode {
    const node = this.#nodes.get(path);
    if (node === undefined) throw new RequestError(ErrorCode.noNode);
    return node;
  }

  ephemeralsOf(sessionId: bigint): readonly string[] {
    return [...(this.#ephemerals.get(sessionId) ?? [])];
  }

  /** How many nodes are anywhere below this one. */
  countBelow(path: string): number {
    let count = 0;
    const open = [path];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const children = this.#nodes.get(at)?.children ?? [];
      for (const name of children) {
        count += 1;
        open.push(join(at, name));
      }
    }
    return count;
  }

  /**
   * Containers that had children and have none, and childless TTL nodes not written for longer than their
   * time: at most `limit` of them.
   */
  findExpended(nowMs: number, limit: number): string[] {
    const found: string[] = [];
    for (const path of this.#expendable) {
      if (found.length >= limit) break;
      const node = this.#nodes.get(path);
      if (node !== undefined && isExpended(node, nowMs)) found.push(path);
    }
    return found;
  }

  /**
   * @returns the path made, with its number if it is sequential
   * @throws RequestError
   */
  create(request: NewNode, txn: Transaction): string {
    if (!request.path.includes('/') || request.path.includes('\0'))
      throw new RequestError(ErrorCode.badArguments);
    const acl = txn.resolveAcl(request.acl);
    const parent = this.need(parentOf(request.path));
    txn.demand(parent.acl, Permission.create);
    const path = request.isSequential ? request.path + sequenceSuffix(parent.createdChildren) : request.path;
    if (!isValidPath(path)) throw new RequestError(ErrorCode.badArguments);
    if (this.#nodes.has(path)) throw new RequestError(ErrorCode.nodeExists);
    if (parent.lifetime.kind === 'ephemeral') throw new RequestError(ErrorCode.noChildrenForEphemerals);
    this.#insert(path, { ...request, acl }, txn);
    return path;
  }

  /** @throws RequestError */
  delete(path: string, version: number, txn: Transaction): void {
    if (!path.includes('/') || path.includes('\0') || SYSTEM_PATHS.includes(path)) {
      throw new RequestError(ErrorCode.badArguments);
    }
    txn.demand(this.need(parentOf(path)).acl, Permission.delete);
    const node = this.need(path);
    demandVersion(node.version, version);
    if (node.children.size > 0) throw new RequestError(ErrorCode.notEmpty);
    this.remove(path, txn);
  }

  /** @throws RequestError */
  setData(path: string, data: Buffer | null, version: number, txn: Transaction): Znode {
    const node = this.#needValid(path);
    txn.demand(node.acl, Permission.write);
    demandVersion(node.version, version);
    const before = { data: node.data, mzxid: node.mzxid, mtimeMs: node.mtimeMs, version: node.version };
    const extra = (data?.length ?? 0) - (node.data?.length ?? 0);
    this.#demandRoom(extra);
    this.#bytes += extra;
    node.data = data;
    node.mzxid = txn.zxid;
    node.mtimeMs = txn.timeMs;
    node.version = increment(node.version);
    txn.record({ kind: 'dataChanged', path, acl: node.acl, parentAcl: [] }, () => {
      Object.assign(node, before);
      this.#bytes -= extra;
    });
    return node;
  }

  /** @throws RequestError */
  setAcl(path: string, acl: readonly Acl[], version: number, txn: Transaction): Znode {
    if (!isValidPath(path)) throw new RequestError(ErrorCode.badArguments);
    const resolved = txn.resolveAcl(acl);
    const node = this.need(path);
    txn.demand(node.acl, Permission.admin);
    demandVersion(node.aversion, version);
    const before = { acl: node.acl, aversion: node.aversion };
    node.acl = resolved;
    node.aversion = increment(node.aversion);
    txn.recordSilent(() => Object.assign(node, before));
    return node;
  }

  /** @throws RequestError when the node is not there in this version */
  check(path: string, version: number, txn: Transaction): void {
    const node = this.#needValid(path);
    txn.demand(node.acl, Permission.read);
    demandVersion(node.version, version);
  }

  /** Removes a childless node that is there, whoever asks: the server's own way, and `delete`'s last step. */
  remove(path: string, txn: Transaction): void {
    const node = this.need(path);
    const parent = this.need(parentOf(path));
    const pzxid = parent.pzxid;
    this.#unlink(path, node, parent);
    parent.pzxid = txn.zxid;
    txn.record({ kind: 'deleted', path, acl: node.acl, parentAcl: parent.acl }, () => {
      this.#link(path, node, parent);
      parent.pzxid = pzxid;
    });
  }

  #insert(path: string, { data, acl, lifetime }: NewNode, txn: Transaction): void {
    this.#demandRoom(costOf(path, data));
    const parent = this.need(parentOf(path));
    const { pzxid, createdChildren } = parent;
    const node = newNode({ data, acl, lifetime, zxid: txn.zxid, timeMs: txn.timeMs });
    this.#link(path, node, parent);
    parent.pzxid = txn.zxid;
    parent.createdChildren = increment(createdChildren);
    txn.record({ kind: 'created', path, acl, parentAcl: parent.acl }, () => {
      this.#unlink(path, node, parent);
      Object.assign(parent, { pzxid, createdChildren });
    });
  }

  #link(path: string, node: Znode, parent: Znode): void {
    this.#nodes.set(path, node);
    parent.children.add(nameOf(path));
    this.#bytes += costOf(path, node.data);
    if (node.lifetime.kind === 'ephemeral') this.#addEphemeral(node.lifetime.owner, path);
    else if (node.lifetime.kind !== 'persistent') this.#expendable.add(path);
  }

  #unlink(path: string, node: Znode, parent: Znode): void {
    this.#nodes.delete(path);
    parent.children.delete(nameOf(path));
    this.#bytes -= costOf(path, node.data);
    if (node.lifetime.kind === 'ephemeral') this.#dropEphemeral(node.lifetime.owner, path);
    else if (node.lifetime.kind !== 'persistent') this.#expendable.delete(path);
  }

  #addEphemeral(owner: bigint, path: string): void {
    const paths = this.#ephemerals.get(owner);
    if (paths === undefined) this.#ephemerals.set(owner, new Set([path]));
    else paths.add(path);
  }

  #dropEphemeral(owner: bigint, path: string): void {
    const paths = this.#ephemerals.get(owner);
    paths?.delete(path);
    if (paths?.size === 0) this.#ephemerals.delete(owner);
  }

  #needValid(path: string): Znode {
    if (!isValidPath(path)) throw new RequestError(ErrorCode.badArguments);
    return this.need(path);
  }

  /** A quota error would be nearer the truth, but clients before 3.7 fail on a code they do not know. */
  #demandRoom(extraBytes: number): void {
    if (extraBytes > 0 && this.#bytes + extraBytes > this.#maxBytes)
      throw new RequestError(ErrorCode.systemError);
  }

  #addSystemNode(path: string): void {
    const isConfig = path === CONFIG_PATH;
    const node = newNode({
      data: Buffer.alloc(0),
      acl: isConfig ? READ_ONLY_ACL : OPEN_ACL,
      lifetime: { kind: 'persistent' },
      zxid: 0,
      timeMs: 0,
    });
    // The one list that is set at birth leaves this trace in a fresh server's stat.
    if (isConfig) node.aversion = -1;
    this.#nodes.set(path, node);
    if (path !== '/') this.need(parentOf(path)).children.add(nameOf(path));
    this.#bytes += costOf(path, node.data);
  }
}

interface Birth {
  readonly data: Buffer | null;
  readonly acl: readonly Acl[];
  readonly lifetime: Lifetime;
  readonly zxid: number;
  readonly timeMs: number;
}

function newNode({ data, acl, lifetime, zxid, timeMs }: Birth): Znode {
  return {
    data,
    acl,
    lifetime,
    czxid: zxid,
    mzxid: zxid,
    pzxid: zxid,
    ctimeMs: timeMs,
    mtimeMs: timeMs,
    version: 0,
    aversion: 0,
    createdChildren: 0,
    children: new Set(),
  };
}

function demandVersion(actual: number, expected: number): void {
  if (expected !== -1 && expected !== actual) throw new RequestError(ErrorCode.badVersion);
}

function isExpended(node: Znode, nowMs: number): boolean {
  if (node.children.size > 0) return false;
  if (node.lifetime.kind === 'container') return node.createdChildren > 0;
  return node.lifetime.kind === 'ttl' && nowMs - node.mtimeMs > node.lifetime.ttlMs;
}
