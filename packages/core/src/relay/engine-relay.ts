import type { EngineSession } from '../engine/engine-session.ts';
import type { Session } from '../session/session.ts';
import { CollectingSink, type ReplySink } from './reply-sink.ts';

/** A client's call as far as the relay cares. */
export interface RelayedCall {
  readonly method: string;
  readonly sink: ReplySink;
}

export interface EngineRelayOptions {
  /** How long a call waits for the session's engine. */
  readonly readyTimeoutMs: number;
}

/** Replies that the gateway reads itself are handles and states, never rows. */
const MAX_SMALL_REPLY_BYTES = 16 * 1_048_576;

/**
 * Carries calls of sessions to their engines: over any connection, with the engine's handle in the place of ours. The
 * reply goes from socket to socket unread (`forward`), or is handed back (`ask`).
 */
export class EngineRelay {
  readonly #options: EngineRelayOptions;

  constructor(options: EngineRelayOptions) {
    this.#options = options;
  }

  /** `request` makes the bytes for the engine once it is known. Throws what kept the session from its engine, or ENGINE_*. */
  async forward(
    session: Session,
    call: RelayedCall,
    request: (engine: EngineSession) => Uint8Array,
  ): Promise<void> {
    const done = session.touch();
    try {
      const engine = await session.ready(this.#options.readyTimeoutMs);
      const bytes = request(engine);
      await engine.engine.pool.use(engine.user, false, (connection) =>
        connection.exchange(call.method, bytes, call.sink),
      );
      // The engine is done; the next call of this client waits until it has taken most of this reply.
      await call.sink.drained();
    } finally {
      done();
    }
  }

  /** The engine's whole reply. Throws like `forward`. */
  async ask(
    session: Session,
    method: string,
    request: (engine: EngineSession) => Uint8Array,
  ): Promise<Uint8Array> {
    const sink = new CollectingSink(MAX_SMALL_REPLY_BYTES);
    await this.forward(session, { method, sink }, request);
    return sink.bytes;
  }
}
