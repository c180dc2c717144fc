import { EventEmitter } from 'node:events';
import {
  CreateRequest,
  DataResponse,
  type JuteReader,
  OpCode,
  PathRequest,
  PathResponse,
  PathsResponse,
  PathVersionRequest,
  PathWatchRequest,
  SetAclRequest,
  SetDataRequest,
  type Stat,
  StatResponse,
} from '@senbon/zookeeper-embedded/wire';
import {
  type NodeAcl,
  type ZkHandleConfig,
  type DataDone,
  type Done,
  type ZkHandle,
  type NodeStat,
  type NodeWatcher,
  Permission,
} from '../client/handle.ts';
import { ZkCode } from '../client/zk-error.ts';
import { isPlausiblePath, MAX_DATA_BYTES, type Request, textOf } from './requests.ts';
import { SessionMachine } from './session-machine.ts';

const openToAll = [{ perms: Permission.all, id: { scheme: 'world', id: 'anyone' } }];

type Plain = (rc: number, text: string) => void;
type Read = Pick<Request, 'type' | 'path'> & { readonly watcher: NodeWatcher | null };

/** A ZooKeeper session over ZooKeeper's own wire protocol, with the calls of Apache's C client. */
export class WireHandle extends EventEmitter implements ZkHandle {
  readonly #machine: SessionMachine;

  constructor({ connect, timeout }: ZkHandleConfig) {
    super();
    this.#machine = new SessionMachine({
      servers: connect,
      sessionTimeoutMs: timeout,
      onConnected: () => this.emit('connect', this),
      onConnecting: () => this.emit('connecting', this),
      onClosed: (code) => this.emit('close', this, code),
    });
  }

  get timeout(): number {
    return this.#machine.hasServers ? this.#machine.timeoutMs : -1;
  }

  get client_id(): string {
    return this.#machine.id;
  }

  get client_password(): string {
    return this.#machine.password;
  }

  init(): void {
    if (this.#machine.hasServers) this.#machine.start();
  }

  close(): Promise<void> {
    return this.#machine.close();
  }

  set_servers(servers: string): number {
    this.#machine.setServers(servers);
    return ZkCode.ok;
  }

  add_auth(scheme: string, auth: string): number {
    this.#machine.addCredentials(scheme, auth);
    return ZkCode.ok;
  }

  a_create(path: string, data: Buffer, flags: number, done: Done<string>): number {
    return this.#issue(
      {
        type: OpCode.create,
        path,
        write: (writer) => CreateRequest.write(writer, { path, data, acl: openToAll, flags }),
        settle: answer(done, (body) => PathResponse.read(body).path),
      },
      data.length,
    );
  }

  a_exists(path: string, _watch: boolean, done: Done<NodeStat>): number {
    return this.#exists(path, null, done);
  }

  aw_exists(path: string, watcher: NodeWatcher, done: Done<NodeStat>): number {
    return this.#exists(path, watcher, done);
  }

  a_get(path: string, _watch: boolean, done: DataDone): number {
    return this.#get(path, null, done);
  }

  aw_get(path: string, watcher: NodeWatcher, done: DataDone): number {
    return this.#get(path, watcher, done);
  }

  a_get_children(path: string, _watch: boolean, done: Done<string[]>): number {
    return this.#children(path, null, done);
  }

  aw_get_children(path: string, watcher: NodeWatcher, done: Done<string[]>): number {
    return this.#children(path, watcher, done);
  }

  a_set(path: string, data: Buffer, version: number, done: Done<NodeStat>): number {
    return this.#issue(
      {
        type: OpCode.setData,
        path,
        write: (writer) => SetDataRequest.write(writer, { path, data, version }),
        settle: answer(done, readStat),
      },
      data.length,
    );
  }

  a_delete_(path: string, version: number, done: Plain): number {
    return this.#issue({
      type: OpCode.delete,
      path,
      write: (writer) => PathVersionRequest.write(writer, { path, version }),
      settle: (rc) => done(rc, textOf(rc)),
    });
  }

  a_sync(path: string, done: Done<string>): number {
    return this.#issue({
      type: OpCode.sync,
      path,
      write: (writer) => PathRequest.write(writer, { path }),
      settle: answer(done, (body) => PathResponse.read(body).path),
    });
  }

  a_set_acl(path: string, version: number, acl: readonly NodeAcl[], done: Plain): number {
    const entries = acl.map(({ perms, scheme, auth }) => ({ perms, id: { scheme, id: auth } }));
    return this.#issue({
      type: OpCode.setAcl,
      path,
      write: (writer) => SetAclRequest.write(writer, { path, acl: entries, version }),
      settle: (rc) => done(rc, textOf(rc)),
    });
  }

  #exists(path: string, watcher: NodeWatcher | null, done: Done<NodeStat>): number {
    return this.#read({ type: OpCode.exists, path, watcher }, answer(done, readStat), (rc) => {
      if (rc === ZkCode.noNode) return 'exist';
      return rc === ZkCode.ok ? 'data' : null;
    });
  }

  #get(path: string, watcher: NodeWatcher | null, done: DataDone): number {
    const settle: Request['settle'] = (rc, body) => {
      if (body === null) return done(rc, textOf(rc), null, null);
      const { data, stat } = DataResponse.read(body);
      done(rc, textOf(rc), nodeStat(stat), data);
    };
    return this.#read({ type: OpCode.getData, path, watcher }, settle, (rc) =>
      rc === ZkCode.ok ? 'data' : null,
    );
  }

  #children(path: string, watcher: NodeWatcher | null, done: Done<string[]>): number {
    const settle = answer(done, (body) => [...PathsResponse.read(body).paths]);
    return this.#read({ type: OpCode.getChildren, path, watcher }, settle, (rc) =>
      rc === ZkCode.ok ? 'child' : null,
    );
  }

  #read(
    { type, path, watcher }: Read,
    settle: Request['settle'],
    kindFor: NonNullable<Request['watch']>['kindFor'],
  ): number {
    return this.#issue({
      type,
      path,
      write: (writer) => PathWatchRequest.write(writer, { path, watch: watcher !== null }),
      settle,
      ...(watcher !== null && { watch: { watcher, kindFor } }),
    });
  }

  #issue(request: Request, dataBytes = 0): number {
    return isPlausiblePath(request.path) && dataBytes <= MAX_DATA_BYTES
      ? this.#machine.issue(request)
      : ZkCode.badArguments;
  }
}

function answer<T>(done: Done<T>, read: (body: JuteReader) => T): Request['settle'] {
  return (rc, body) => done(rc, textOf(rc), body === null ? null : read(body));
}

function readStat(body: JuteReader): NodeStat {
  return nodeStat(StatResponse.read(body).stat);
}

function nodeStat({ version, numChildren, ephemeralOwner }: Stat): NodeStat {
  return { version, numChildren, ephemeralOwner: BigInt.asUintN(64, ephemeralOwner).toString(16) };
}
