import { type Deadline, within } from '@senbon/core/discovery';
import { ZkCode, ZkError } from './zk-error.ts';
import {
  CreateFlag,
  type NodeAcl,
  type ZkHandleConstructor,
  type ZkHandle,
  type NodeStat,
} from './handle.ts';
import { type Issue, PendingCalls } from './pending-calls.ts';
import { WatchSlots, type WatchListener } from './watch-slots.ts';

/** A silent server is given up after two thirds of the session time-out, so this much is left then. */
const LEFT_WHEN_SUSPENDED = 0.3;

export const SessionState = {
  connecting: 'connecting',
  connected: 'connected',
  suspended: 'suspended',
  expired: 'expired',
  closed: 'closed',
} as const;
export type SessionState = (typeof SessionState)[keyof typeof SessionState];

const moves: Readonly<Record<SessionState, readonly SessionState[]>> = {
  connecting: ['connected', 'expired', 'closed'],
  connected: ['suspended', 'expired', 'closed'],
  suspended: ['connected', 'expired', 'closed'],
  expired: [],
  closed: [],
};

export interface ZkSessionOptions {
  readonly handle: ZkHandleConstructor;
  /** Numeric addresses, `a:1,b:2`. */
  readonly servers: string;
  readonly chroot: string;
  readonly sessionTimeoutMs: number;
  /** Longest wait for one operation's answer. */
  readonly operationTimeoutMs: number;
  /** `user:password`, sent before anything else at every connect. */
  readonly digest?: string | undefined;
  readonly onState: (session: ZkSession, state: SessionState) => void;
}

export interface ZkData {
  readonly data: Buffer;
  readonly stat: NodeStat;
}

/**
 * One ZooKeeper session over one handle, which is useless after expiry. Paths are relative to
 * the chroot. Every operation ends within `operationTimeoutMs`, in a `ZkError` if need be.
 */
export class ZkSession {
  readonly #options: ZkSessionOptions;
  readonly #handle: ZkHandle;
  readonly #watches = new WatchSlots();
  readonly #calls: PendingCalls;
  #state: SessionState = SessionState.connecting;
  #wasConnected: () => void = () => undefined;
  #wasEnded: (error: ZkError) => void = () => undefined;
  #suspendedAt = 0;
  #endCode = 0;

  private constructor(options: ZkSessionOptions) {
    this.#options = options;
    this.#calls = new PendingCalls(options.operationTimeoutMs);
    this.#handle = new options.handle({ connect: options.servers, timeout: options.sessionTimeoutMs });
    this.#handle.on('connect', () => {
      this.#calls.prove();
      this.#move(SessionState.connected);
      this.#wasConnected();
    });
    this.#handle.on('connecting', () => {
      this.#suspendedAt = performance.now();
      this.#move(SessionState.suspended);
    });
    this.#handle.on('close', (_handle: ZkHandle, code: number) => {
      this.#endCode = code;
      this.#end(SessionState.expired);
    });
  }

  /** Rejects with a `ZkError` of `operationTimeout` when no server answers before `deadline`. */
  static async open(options: ZkSessionOptions, deadline: Deadline, signal?: AbortSignal): Promise<ZkSession> {
    const session = new ZkSession(options);
    const connected = new Promise<void>((resolve, reject) => {
      session.#wasConnected = resolve;
      session.#wasEnded = reject;
    });
    try {
      session.#start();
      await within(connected, {
        timeoutMs: deadline.remainingMs,
        signal,
        onTimeout: () => {
          const text = `no answer within ${Math.round(deadline.totalMs)} ms`;
          return new ZkError(ZkCode.operationTimeout, 'connect', options.servers, text);
        },
      });
      if (options.chroot !== '') await session.#createChroot();
    } catch (error) {
      session.destroy();
      throw error;
    }
    return session;
  }

  #start(): void {
    const { digest, servers } = this.#options;
    this.#handle.init();
    if (this.#handle.timeout === -1) {
      throw new ZkError(ZkCode.badArguments, 'connect', servers, 'there is no address');
    }
    if (digest !== undefined) this.#handle.add_auth('digest', digest);
  }

  /** The server creates no chroot by itself, and every operation below a missing one fails. */
  async #createChroot(): Promise<void> {
    const parts = this.#options.chroot.split('/').slice(1);
    for (let depth = 1; depth <= parts.length; depth++) {
      const path = `/${parts.slice(0, depth).join('/')}`;
      // It exists already, or the ACL forbids it: then the first real operation tells.
      await this.#issue<string>('create', path, (done) =>
        this.#handle.a_create(path, Buffer.alloc(0), CreateFlag.persistent, done),
      ).catch(() => undefined);
    }
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Why the handle closed, as in `CloseCode`. */
  get endCode(): number {
    return this.#endCode;
  }

  /** In hex, as in `NodeStat.ephemeralOwner`. */
  get id(): string {
    return this.#handle.client_id;
  }

  /** Lets another handle continue this session; for tests of expiry. */
  get password(): string {
    return this.#handle.client_password;
  }

  /** As negotiated with the server. */
  get timeoutMs(): number {
    return this.#handle.timeout;
  }

  /** How long the server keeps this session at least, as far as can be told from here, in ms. */
  get safeForMs(): number {
    if (this.#state === SessionState.connected) return this.timeoutMs;
    if (this.#state !== SessionState.suspended) return 0;
    const since = Math.max(
      this.#calls.provenAt,
      this.#suspendedAt - this.timeoutMs * (1 - LEFT_WHEN_SUSPENDED),
    );
    return Math.max(0, since + this.timeoutMs - performance.now());
  }

  /** Creates a node with the open ACL (npm `zookeeper` knows no other) and returns its whole path. */
  async create(path: string, data: Uint8Array, flags: number): Promise<string> {
    const bytes = toBuffer(data);
    const created = await this.#call<string>('create', path, (full, done) =>
      this.#handle.a_create(full, bytes, flags, done),
    );
    return created.slice(this.#options.chroot.length);
  }

  async exists(path: string, listener?: WatchListener): Promise<NodeStat | null> {
    const watcher = listener && this.#watches.join('exists', path, listener);
    return this.#watched(watcher, async () => {
      try {
        return await this.#call<NodeStat>('exists', path, (full, done) =>
          watcher?.arm
            ? this.#handle.aw_exists(full, watcher.arm, done)
            : this.#handle.a_exists(full, false, done),
        );
      } catch (error) {
        if (error instanceof ZkError && error.zkCode === ZkCode.noNode) return null;
        throw error;
      }
    });
  }

  async get(path: string, listener?: WatchListener): Promise<ZkData> {
    const watcher = listener && this.#watches.join('data', path, listener);
    return this.#watched(watcher, () =>
      this.#call<ZkData>('get', path, (full, done) => {
        const answer = (rc: number, text: string, stat: NodeStat | null, data: Buffer | null): void =>
          done(rc, text, stat === null ? null : { data: data ?? Buffer.alloc(0), stat });
        return watcher?.arm
          ? this.#handle.aw_get(full, watcher.arm, answer)
          : this.#handle.a_get(full, false, answer);
      }),
    );
  }

  async children(path: string, listener?: WatchListener): Promise<readonly string[]> {
    const watcher = listener && this.#watches.join('children', path, listener);
    return this.#watched(watcher, () =>
      this.#call<string[]>('children', path, (full, done) =>
        watcher?.arm
          ? this.#handle.aw_get_children(full, watcher.arm, done)
          : this.#handle.a_get_children(full, false, done),
      ),
    );
  }

  /**
   * Makes the reads that are sent after this see every write that was acknowledged before it, whichever server of the
   * ensemble took it. Needs no waiting for: requests of a session are carried out in order.
   */
  sync(path: string): void {
    this.#call<string>('sync', path, (full, done) => this.#handle.a_sync(full, done)).catch(() => undefined);
  }

  async set(path: string, data: Uint8Array, version: number): Promise<NodeStat> {
    const bytes = toBuffer(data);
    return this.#call('set', path, (full, done) => this.#handle.a_set(full, bytes, version, done));
  }

  async delete(path: string): Promise<void> {
    await this.#call<true>('delete', path, (full, done) =>
      this.#handle.a_delete_(full, -1, (rc, text) => done(rc, text, true)),
    );
  }

  async setAcl(path: string, acl: readonly NodeAcl[]): Promise<void> {
    await this.#call<true>('setAcl', path, (full, done) =>
      this.#handle.a_set_acl(full, -1, acl, (rc, text) => done(rc, text, true)),
    );
  }

  /** Other numeric addresses for the next connect. */
  setServers(servers: string): void {
    if (this.#state !== SessionState.expired && this.#state !== SessionState.closed) {
      this.#handle.set_servers(servers);
    }
  }

  /** Ends the session on the server too, and with it the ephemeral nodes. Idempotent. */
  async close(): Promise<void> {
    if (this.#state === SessionState.closed || this.#state === SessionState.expired) return;
    this.#end(SessionState.closed);
    await this.#handle.close();
  }

  /** `close` without waiting. */
  destroy(): void {
    this.close().catch(() => undefined);
  }

  #move(to: SessionState): void {
    if (!moves[this.#state].includes(to)) return;
    this.#state = to;
    this.#options.onState(this, to);
  }

  #end(to: SessionState): void {
    const code = to === SessionState.expired ? ZkCode.sessionExpired : ZkCode.closing;
    this.#watches.clear();
    this.#move(to);
    this.#calls.failAll(code, `session ${to}`);
    this.#wasEnded(new ZkError(code, 'connect', this.#options.servers, `session ${to}`));
  }

  async #watched<T>(watcher: Joined | undefined, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      // A failed read has left no watch at the server.
      watcher?.leave();
      throw error;
    }
  }

  #call<T>(
    operation: string,
    path: string,
    issue: (full: string, done: (rc: number, text: string, value: T | null) => void) => number,
  ): Promise<T> {
    const { chroot } = this.#options;
    const full = chroot === '' ? path : chroot + (path === '/' ? '' : path);
    return this.#issue(operation, path, (done) => issue(full, done));
  }

  async #issue<T>(operation: string, path: string, issue: Issue<T>): Promise<T> {
    if (this.#state === SessionState.expired || this.#state === SessionState.closed) {
      throw new ZkError(ZkCode.invalidState, operation, path, `session ${this.#state}`);
    }
    return this.#calls.issue(operation, path, issue);
  }
}

type Joined = ReturnType<WatchSlots['join']>;

function toBuffer(data: Uint8Array): Buffer {
  return Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
