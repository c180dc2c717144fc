import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Clock, Timer } from '../clock.ts';
import { EmbeddedZooKeeperError } from '../errors.ts';
import { resolveOptions } from '../options.ts';
import type { EmbeddedZooKeeperOptions, Log, ResolvedOptions } from '../options.ts';
import { opLabel } from '../request/op-label.ts';
import { RequestProcessor } from '../request/request-processor.ts';
import { SessionTracker } from '../session/session-tracker.ts';
import type { Session } from '../session/session-tracker.ts';
import { Database } from '../tree/database.ts';
import { ErrorCode } from '../wire/error-code.ts';
import { JuteReader } from '../wire/jute-reader.ts';
import { Connection } from './connection.ts';
import type { ConnectionHost } from './connection.ts';
import { answer, wordOf } from './four-letter-words.ts';
import { encodeConnectResponse, readConnect } from './handshake.ts';
import { ServerStats } from './server-stats.ts';

/** As Apache's `znode.container.checkIntervalMs`. */
export const SWEEP_INTERVAL_MS = 60_000;
/** All client addresses together; above it connections wait in the operating system or are refused there. */
const MAX_CONNECTIONS = 10_000;

/** A running server. */
export interface EmbeddedZooKeeper {
  readonly host: string;
  readonly port: number;
  /** `host:port`, as clients take it. */
  readonly address: string;
  /** Ends all connections and forgets everything. Resolves when the port is free; may be called again. */
  close(): Promise<void>;
}

/**
 * Starts a ZooKeeper of one node that lives in this process's memory: for development and pseudo mode.
 * Nothing survives `close`, and there is no second node to take over.
 * @throws EmbeddedZooKeeperError when an option cannot be, or the port cannot be had
 */
export async function startEmbeddedZooKeeper(options: EmbeddedZooKeeperOptions): Promise<EmbeddedZooKeeper> {
  const server = new ZooKeeperServer(resolveOptions(options));
  await server.listen();
  return server;
}

class ZooKeeperServer implements EmbeddedZooKeeper, ConnectionHost {
  readonly host: string;
  readonly handshakeTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly #options: ResolvedOptions;
  readonly #startedMs: number;
  readonly #database: Database;
  readonly #sessions: SessionTracker;
  readonly #processor: RequestProcessor;
  readonly #stats = new ServerStats();
  readonly #server: Server;
  readonly #sweeper: Timer;
  readonly #connections = new Set<Connection>();
  /** Those of them that have not asked for a session, the oldest first. */
  readonly #strangers = new Set<Connection>();
  readonly #countByAddress = new Map<string, number>();
  /** Which connection speaks for a session now; a session without one waits for its client to return. */
  readonly #bySession = new Map<bigint, { session: Session; connection: Connection }>();
  #port = 0;
  #closed: Promise<void> | null = null;

  constructor(options: ResolvedOptions) {
    const { clock, tickTimeMs } = options;
    this.host = options.host;
    this.handshakeTimeoutMs = options.handshakeTimeoutMs;
    this.clock = clock;
    this.log = options.log;
    this.#options = options;
    this.#startedMs = clock.now();
    this.#database = new Database(clock);
    this.#sessions = new SessionTracker({
      clock,
      tickTimeMs,
      onExpired: (session) => this.#onExpired(session),
    });
    this.#processor = new RequestProcessor(this.#database, (id) => this.#endSession(id));
    this.#sweeper = clock.every(SWEEP_INTERVAL_MS, () => this.#sweep());
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#onSocket(socket));
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  get port(): number {
    return this.#port;
  }

  get address(): string {
    return this.host.includes(':') ? `[${this.host}]:${this.#port}` : `${this.host}:${this.#port}`;
  }

  async listen(): Promise<void> {
    const { host, port } = this.#options;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject);
        this.#server.listen({ host, port }, resolve);
      });
    } catch (error) {
      this.#stopTimers();
      const reason = error instanceof Error ? error.message : String(error);
      throw new EmbeddedZooKeeperError(
        'LISTEN_FAILED',
        `the embedded ZooKeeper cannot listen on ${host}:${port}: ${reason}. Choose another address or port, or port 0 for any free one.`,
        { cause: error },
      );
    }
    this.#server.on('error', (error) =>
      this.log('error', `embedded ZooKeeper on ${this.address}: ${error.message}`),
    );
    this.#port = (this.#server.address() as AddressInfo).port;
    this.log('info', `embedded ZooKeeper listens on ${this.address}`);
  }

  async close(): Promise<void> {
    this.#closed ??= this.#shutDown();
    await this.#closed;
  }

  answerWord(fourBytes: number): string | null {
    const word = wordOf(fourBytes);
    if (word === null) return null;
    return answer(word, {
      options: this.#options,
      port: this.#port,
      uptimeMs: this.clock.now() - this.#startedMs,
      stats: this.#stats,
      database: this.#database,
      sessionCount: this.#sessions.count,
      connections: this.#connections,
    });
  }

  greet(connection: Connection, packet: Buffer): void {
    this.#stats.packetsReceived += 1;
    const { request, hasReadOnly } = readConnect(new JuteReader(packet));
    if (request.lastZxidSeen > this.#database.lastZxid) {
      this.log(
        'info',
        `${connection.label}: turned away, it has seen a later zxid than this server has made`,
      );
      connection.destroy('client is ahead');
      return;
    }
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.#options;
    const timeoutMs = Math.min(Math.max(request.timeOut, minSessionTimeoutMs), maxSessionTimeoutMs);
    const isNew = request.sessionId === 0n;
    const session = isNew
      ? this.#createSession(timeoutMs)
      : this.#sessions.resume(request.sessionId, request.passwd, timeoutMs);
    if (session === null) {
      const why = isNew ? 'too many sessions' : 'session unknown or expired, or not its own';
      this.log('info', `${connection.label}: refused, ${why}`);
      if (isNew) connection.destroy(why);
      else connection.close(why, encodeConnectResponse(null, hasReadOnly));
      return;
    }
    this.#bySession.get(session.id)?.connection.destroy('its session has moved to another connection');
    this.#bySession.set(session.id, { session, connection });
    const grant = { sessionId: session.id, password: session.password, timeoutMs };
    this.#strangers.delete(connection);
    connection.open(session.id, timeoutMs, encodeConnectResponse(grant, hasReadOnly));
  }

  handle(connection: Connection, packet: Buffer): void {
    const startMs = this.clock.now();
    this.#stats.packetsReceived += 1;
    const entry = this.#bySession.get(connection.sessionId);
    if (entry !== undefined) this.#sessions.touch(entry.session);
    const { xid, type, zxid, err, reply, isLast } = this.#processor.process(connection, packet);
    if (err === ErrorCode.authFailed) this.#stats.authFailures += 1;
    const atMs = this.clock.now();
    connection.lastRequest = { label: opLabel(type), xid, zxid, atMs };
    this.#stats.addLatency(Math.max(0, atMs - startMs));
    connection.send(reply);
    if (isLast) connection.close('last reply sent');
  }

  onSent(): void {
    this.#stats.packetsSent += 1;
  }

  onClosed(connection: Connection): void {
    this.#connections.delete(connection);
    this.#strangers.delete(connection);
    this.#database.watches.removeAll(connection);
    if (this.#bySession.get(connection.sessionId)?.connection === connection) {
      this.#bySession.delete(connection.sessionId);
    }
    const { remoteAddress } = connection;
    const count = (this.#countByAddress.get(remoteAddress) ?? 1) - 1;
    if (count === 0) this.#countByAddress.delete(remoteAddress);
    else this.#countByAddress.set(remoteAddress, count);
  }

  #onSocket(socket: Socket): void {
    const connection = new Connection(socket, this);
    const { remoteAddress } = connection;
    const count = (this.#countByAddress.get(remoteAddress) ?? 0) + 1;
    this.#countByAddress.set(remoteAddress, count);
    this.#connections.add(connection);
    const { maxClientConnections } = this.#options;
    if (maxClientConnections > 0 && count > maxClientConnections) {
      // Clients greet at once: connections that say nothing must not keep others of their host out.
      const silent = [...this.#strangers].find((stranger) => stranger.remoteAddress === remoteAddress);
      this.log(
        'warn',
        `too many connections from ${remoteAddress} (at most ${maxClientConnections} are taken)`,
      );
      (silent ?? connection).destroy('too many connections from this address');
    }
    if (connection.state === 'greeting') this.#strangers.add(connection);
  }

  #createSession(timeoutMs: number): Session | null {
    const session = this.#sessions.create(timeoutMs);
    if (session !== null) this.#database.takeZxid();
    return session;
  }

  /** A client says that it is done. Its connection ends with the reply. */
  #endSession(id: bigint): void {
    const entry = this.#bySession.get(id);
    if (entry === undefined || !this.#sessions.remove(entry.session)) return;
    this.#bySession.delete(id);
    this.#database.closeSession(id);
  }

  #onExpired(session: Session): void {
    this.log('info', `session 0x${session.id.toString(16)} expired after ${session.timeoutMs} ms`);
    this.#bySession.get(session.id)?.connection.destroy('session expired');
    this.#database.closeSession(session.id);
  }

  #sweep(): void {
    const count = this.#database.sweep();
    if (count > 0) this.log('info', `${count} emptied containers and overdue TTL nodes deleted`);
  }

  #stopTimers(): void {
    this.#sweeper.cancel();
    this.#sessions.close();
  }

  async #shutDown(): Promise<void> {
    this.#stopTimers();
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const connection of this.#connections) connection.destroy('server closes');
    await closed;
    this.log('info', `embedded ZooKeeper on ${this.address} is closed`);
  }
}
