import type { StreamCursor, StreamEnd } from '../result/stream-cursor.ts';
import { type Connection, neverAborted } from './connection.ts';
import { failed } from './duckdb-error.ts';
import { Mutex, orAborted } from './mutex.ts';

/** Results of one session that may stream at the same time; a further one is put aside when its session goes on. */
const MAX_LENT = 32;

/**
 * The connections of one session.
 *
 * DuckDB keeps a session's state (search path, settings, temporary objects, a transaction) on a connection, and a
 * connection runs one query at a time: a second one silently ends the stream of the first. So statements take turns on
 * the session's main connection, and a result that is still being read when the next statement comes is served in one
 * of two ways. As long as the session has no state that cannot be set up again, the result keeps the connection and
 * the session gets a fresh one (`lend`). Otherwise the connection stays the session's, and the next statement first
 * puts the rest of that result aside (`pin`).
 */
export class SessionConnections {
  readonly #open: () => Promise<Connection>;
  readonly #mutex = new Mutex();
  readonly #lent = new Set<Connection>();
  #main: Connection | null = null;
  /** The result that streams from the main connection. */
  #pinned: StreamCursor | null = null;
  /** Goes up with every change of replayable state: a connection from before does not come back. */
  #version = 0;
  #isClosed = false;

  /** `open` connects and sets up the session's replayable state. */
  constructor(open: () => Promise<Connection>) {
    this.#open = open;
  }

  /** Waits for the session's turn; the main connection is then free. Throws OPERATION_CANCELED, or what `open` throws. */
  async acquire(signal: AbortSignal): Promise<Turn> {
    const end = await this.#mutex.acquire(signal);
    let free: Promise<void> = Promise.resolve();
    try {
      this.#checkOpen();
      const pinned = this.#pinned;
      if (pinned !== null) {
        free = pinned.park().then(() => this.#unpin(pinned));
        await orAborted(free, signal);
      }
      this.#main ??= await this.#open();
      return this.#turn(this.#main, end);
    } catch (error) {
      void free.then(end);
      throw error;
    }
  }

  /** To be called within a turn, after replayable state has changed on the main connection. */
  invalidateOthers(): void {
    this.#version++;
  }

  /** Disconnects. The caller has closed the cursors. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const end = await this.#mutex.acquire(neverAborted());
    await this.#pinned?.close();
    await this.#main?.close();
    await Promise.all([...this.#lent].map(async (connection) => connection.close()));
    end();
  }

  #turn(connection: Connection, end: () => void): Turn {
    return {
      connection,
      canLend: this.#lent.size < MAX_LENT,
      end,
      lend: () => {
        const version = this.#version;
        this.#main = null;
        this.#lent.add(connection);
        end();
        let isBack = false;
        return (how) => {
          if (!isBack) void this.#takeBack(connection, version, how);
          isBack = true;
        };
      },
      pin: (cursor) => {
        if (cursor.isStreaming) this.#pinned = cursor;
        end();
      },
      unpin: (cursor, how) => void this.#release(cursor, how),
    };
  }

  async #takeBack(connection: Connection, version: number, how: StreamEnd): Promise<void> {
    const isClean = how === 'complete' || (await dropStream(connection));
    if (isClean && !this.#isClosed && this.#main === null && version === this.#version)
      this.#main = connection;
    else await connection.close();
    this.#lent.delete(connection);
  }

  /** A pinned stream has ended. One that broke off still holds its query, unless the next statement has begun. */
  async #release(cursor: StreamCursor, how: StreamEnd): Promise<void> {
    if (how === 'complete') {
      this.#unpin(cursor);
      return;
    }
    const end = await this.#mutex.acquire(neverAborted());
    if (this.#pinned === cursor && this.#main !== null && !this.#isClosed) await dropStream(this.#main);
    this.#unpin(cursor);
    end();
  }

  #unpin(cursor: StreamCursor): void {
    if (this.#pinned === cursor) this.#pinned = null;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw failed('08003', 'the session is closed');
  }
}

async function dropStream(connection: Connection): Promise<boolean> {
  return connection.dropStream().then(
    () => true,
    () => false,
  );
}

/** A session's turn with its main connection. Ends by exactly one of `end`, `lend` and `pin`. */
export interface Turn {
  readonly connection: Connection;
  /** Whether one more result may keep a connection. */
  readonly canLend: boolean;
  end(): void;
  /** The connection leaves the session until the returned function is called. */
  lend(): (how: StreamEnd) => void;
  /** The connection stays the session's while `cursor` streams from it. */
  pin(cursor: StreamCursor): void;
  /** `cursor` no longer streams. */
  unpin(cursor: StreamCursor, how: StreamEnd): void;
}
