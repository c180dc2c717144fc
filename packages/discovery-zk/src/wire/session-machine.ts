import {
  AuthPacket,
  ConnectRequest,
  ConnectResponse,
  encodePacket,
  JuteError,
  JuteReader,
  NOTIFICATION_XID,
  OpCode,
  PING_XID,
  ReplyHeader,
  WatcherEvent,
} from '@senbon/zookeeper-embedded/wire';
import { CloseCode } from '../client/handle.ts';
import { ZkCode } from '../client/zk-error.ts';
import { Link } from './link.ts';
import { encodeRequest, MAX_REQUEST_BYTES, type Request } from './requests.ts';
import { ServerCycle } from './server-cycle.ts';
import { SET_WATCHES_XID, setWatches } from './set-watches.ts';
import { WatchTable } from './watch-table.ts';

const AUTH_XID = -4;
const FIRST_XID = 1;
const MAX_XID = 0x7fff_ffff;
/** As Apache's clients do it: a silent server is given up after two thirds of the session time-out, and asked after one. */
const SILENCE_SHARE = 2 / 3;
const PING_SHARE = 1 / 3;
const MIN_GREET_MS = 500;
/** How long a closed session lingers for the server's goodbye. */
const LINGER_MS = 1_500;

const State = { idle: 'idle', connecting: 'connecting', connected: 'connected', closed: 'closed' } as const;
type State = (typeof State)[keyof typeof State];

const moves: Readonly<Record<State, readonly State[]>> = {
  idle: ['connecting', 'closed'],
  connecting: ['connected', 'closed'],
  connected: ['connecting', 'closed'],
  closed: [],
};

export interface SessionMachineOptions {
  readonly servers: string;
  readonly sessionTimeoutMs: number;
  readonly onConnected: () => void;
  /** The connection is lost, and another is being sought. */
  readonly onConnecting: () => void;
  /** 0 or one of `CloseCode`. */
  readonly onClosed: (code: number) => void;
}

/** One session with an ensemble: it moves from server to server as they fail, until it is closed or has expired. */
export class SessionMachine {
  readonly #options: SessionMachineOptions;
  readonly #servers: ServerCycle;
  readonly #watches = new WatchTable();
  readonly #sent = new Map<number, Request>();
  #queued: Request[] = [];
  readonly #credentials: { readonly scheme: string; readonly auth: Buffer }[] = [];
  #state: State = State.idle;
  #link: Link | null = null;
  #retry: NodeJS.Timeout | null = null;
  #isGreeted = false;
  #id = 0n;
  #password: Buffer = Buffer.alloc(16);
  #timeoutMs: number;
  #zxid = 0;
  #xid = FIRST_XID;

  constructor(options: SessionMachineOptions) {
    this.#options = options;
    this.#servers = new ServerCycle(options.servers);
    this.#timeoutMs = options.sessionTimeoutMs;
  }

  get hasServers(): boolean {
    return this.#servers.size > 0;
  }

  /** In hex, without leading zeros. */
  get id(): string {
    return BigInt.asUintN(64, this.#id).toString(16);
  }

  get password(): string {
    return this.#password.toString('hex');
  }

  /** As asked for, and as granted once a server has answered. */
  get timeoutMs(): number {
    return this.#timeoutMs;
  }

  start(): void {
    this.#move(State.connecting);
    this.#connect();
  }

  setServers(servers: string): void {
    this.#servers.replace(servers);
  }

  addCredentials(scheme: string, auth: string): void {
    const credentials = { scheme, auth: Buffer.from(auth) };
    this.#credentials.push(credentials);
    if (this.#state === State.connected) this.#link?.send(authPacket(credentials));
  }

  /** Sends now, or as soon as there is a connection. Returns 0 when `settle` will be called. */
  issue(request: Request): number {
    if (this.#state === State.closed || this.#state === State.idle) return ZkCode.invalidState;
    if (this.#state === State.connecting) this.#queued.push(request);
    else this.#send(request);
    return ZkCode.ok;
  }

  /**
   * Closes now, failing what is unanswered, and tells the server so. Resolves when the server has confirmed it by
   * ending the connection, after `LINGER_MS` in any case. Idempotent.
   */
  async close(): Promise<void> {
    const link = this.#state === State.connected ? this.#link : null;
    if (link !== null) this.#link = null;
    link?.send(encodeRequest(this.#nextXid(), { type: OpCode.closeSession, write: () => undefined }));
    this.#end(0, ZkCode.closing);
    await link?.finish(LINGER_MS);
  }

  #connect(): void {
    const { host, port, waitMs } = this.#servers.next();
    if (waitMs === 0) return this.#dial(host, port);
    this.#retry = setTimeout(() => this.#dial(host, port), waitMs);
  }

  #dial(host: string, port: number): void {
    this.#retry = null;
    this.#isGreeted = false;
    const share = (this.#timeoutMs * SILENCE_SHARE) / this.#servers.size;
    const link = new Link({
      host,
      port,
      greetTimeoutMs: Math.max(MIN_GREET_MS, share),
      onOpen: () => link.send(this.#greeting()),
      onPacket: (body) => (this.#isGreeted ? this.#receive(body) : this.#welcome(body)),
      onLost: () => this.#lost(),
    });
    this.#link = link;
  }

  #greeting(): Buffer {
    return encodePacket(MAX_REQUEST_BYTES, (writer) => {
      ConnectRequest.write(writer, {
        protocolVersion: 0,
        lastZxidSeen: this.#zxid,
        timeOut: this.#options.sessionTimeoutMs,
        sessionId: this.#id,
        passwd: this.#password,
      });
      // Not read-only.
      writer.writeBool(false);
    });
  }

  #welcome(body: Buffer): void {
    this.#isGreeted = true;
    const { sessionId, passwd, timeOut } = ConnectResponse.read(new JuteReader(body));
    if (timeOut <= 0 || (this.#id !== 0n && sessionId !== this.#id)) {
      this.#link?.destroy();
      this.#end(CloseCode.expired, ZkCode.sessionExpired);
      return;
    }
    this.#id = sessionId;
    this.#password = passwd ?? this.#password;
    this.#timeoutMs = timeOut;
    this.#servers.succeeded();
    this.#resume();
  }

  /** The order is the protocol's: credentials, then watches, then what has waited. */
  #resume(): void {
    const link = this.#link;
    if (link === null) return;
    link.watch({
      silenceMs: this.#timeoutMs * SILENCE_SHARE,
      pingMs: this.#timeoutMs * PING_SHARE,
      ping: encodeRequest(PING_XID, { type: OpCode.ping, write: () => undefined }),
    });
    for (const credentials of this.#credentials) link.send(authPacket(credentials));
    for (const packet of setWatches(this.#watches, this.#zxid)) link.send(packet);
    this.#move(State.connected);
    for (const request of this.#queued.splice(0)) this.#send(request);
    this.#options.onConnected();
  }

  #send(request: Request): void {
    const xid = this.#nextXid();
    const packet = encodeRequest(xid, request);
    this.#sent.set(xid, request);
    this.#link?.send(packet);
  }

  #receive(body: Buffer): void {
    const reader = new JuteReader(body);
    const { xid, zxid, err } = ReplyHeader.read(reader);
    if (xid === PING_XID || xid === SET_WATCHES_XID) return;
    if (xid === NOTIFICATION_XID) {
      const { type, state, path } = WatcherEvent.read(reader);
      this.#watches.fire(type, state, path);
      return;
    }
    if (xid === AUTH_XID) {
      if (err !== ZkCode.ok) this.#refused();
      return;
    }
    const request = this.#sent.get(xid);
    if (request === undefined) return this.#link?.lose(`an answer to request ${xid}, which was not sent`);
    this.#sent.delete(xid);
    if (zxid > 0) this.#zxid = zxid;
    const kind = request.watch?.kindFor(err);
    if (request.watch !== undefined && kind) this.#watches.add(kind, request.path, request.watch.watcher);
    settle(request, err, reader);
  }

  #refused(): void {
    this.#link?.destroy();
    this.#end(CloseCode.authFailed, ZkCode.authFailed);
  }

  #lost(): void {
    this.#link = null;
    if (this.#state === State.closed) return;
    const wasConnected = this.#state === State.connected;
    if (wasConnected) {
      this.#move(State.connecting);
      this.#options.onConnecting();
    }
    this.#failAll(ZkCode.connectionLoss);
    // A listener may have closed the session.
    if (!this.#isOver()) this.#connect();
  }

  #isOver(): boolean {
    return this.#state === State.closed;
  }

  #end(code: number, failure: number): void {
    if (this.#state === State.closed) return;
    this.#move(State.closed);
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#link?.destroy();
    this.#link = null;
    this.#watches.clear();
    this.#options.onClosed(code);
    this.#failAll(failure);
  }

  #failAll(code: number): void {
    const requests = [...this.#sent.values(), ...this.#queued.splice(0)];
    this.#sent.clear();
    for (const request of requests) request.settle(code, null);
  }

  #nextXid(): number {
    const xid = this.#xid;
    this.#xid = xid === MAX_XID ? FIRST_XID : xid + 1;
    return xid;
  }

  #move(to: State): void {
    if (!moves[this.#state].includes(to)) throw new Error(`a session cannot go from ${this.#state} to ${to}`);
    this.#state = to;
  }
}

function settle(request: Request, err: number, reader: JuteReader): void {
  try {
    request.settle(err, err === ZkCode.ok ? reader : null);
  } catch (error) {
    if (error instanceof JuteError) request.settle(ZkCode.marshalling, null);
    throw error;
  }
}

function authPacket(credentials: { readonly scheme: string; readonly auth: Buffer }): Buffer {
  return encodeRequest(AUTH_XID, {
    type: OpCode.auth,
    write: (writer) => AuthPacket.write(writer, { type: 0, ...credentials }),
  });
}
