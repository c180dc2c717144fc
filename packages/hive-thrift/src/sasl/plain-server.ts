import { Buffer } from 'node:buffer';
import {
  DEFAULT_MAX_SASL_PAYLOAD_BYTES,
  NegotiationStatus,
  SaslError,
  type SaslFrame,
  SaslFrameReader,
  saslFrame,
} from './frame.ts';
import { decodePlain, PLAIN_MECHANISM, type SaslCredentials } from './plain-message.ts';

export interface SaslPlainServerOptions {
  /** Longest payload of one handshake frame; default 64 KiB. */
  readonly maxPayloadBytes?: number;
}

export interface SaslServerStep {
  /** Here once, when the client has said who it is: check them and answer with `complete()` or `bad()`. */
  readonly credentials?: SaslCredentials;
  /** The handshake cannot go on: send `reply`, then disconnect. */
  readonly failure?: { readonly message: string; readonly reply: Uint8Array };
  /** Bytes behind the handshake: the client's first frames, if it did not wait. */
  readonly rest: Uint8Array;
}

type State = 'start' | 'response' | 'done' | 'failed';
const MOVES: Readonly<Record<State, readonly State[]>> = {
  start: ['response', 'failed'],
  response: ['done', 'failed'],
  done: [],
  failed: [],
};
const MAX_QUOTED_BYTES = 64;
const NOTHING: Uint8Array = Buffer.alloc(0);

/**
 * The server's side of Thrift's SASL handshake with mechanism PLAIN, without the socket. The client sends START `PLAIN` and
 * then the credentials: JDBC as COMPLETE, Python, Go and Node drivers as OK.
 */
export class SaslPlainServer {
  readonly #reader: SaslFrameReader;
  #state: State = 'start';

  constructor(options: SaslPlainServerOptions = {}) {
    this.#reader = new SaslFrameReader(options.maxPayloadBytes ?? DEFAULT_MAX_SASL_PAYLOAD_BYTES);
  }

  /** After the credentials came, further chunks are handed back as `rest`. Never throws. */
  push(chunk: Uint8Array): SaslServerStep {
    if (this.#state === 'done') return { rest: chunk };
    if (this.#state === 'failed') return { rest: NOTHING };
    try {
      this.#reader.push(chunk);
      for (let frame = this.#reader.next(); frame !== null; frame = this.#reader.next()) {
        const credentials = this.#take(frame);
        if (credentials !== null) {
          this.#move('done');
          return { credentials, rest: this.#reader.rest() };
        }
      }
      return { rest: NOTHING };
    } catch (error) {
      this.#move('failed');
      const message = error instanceof Error ? error.message : String(error);
      return { failure: { message, reply: this.bad(message) }, rest: NOTHING };
    }
  }

  /** The answer that lets the client in. */
  complete(): Uint8Array {
    return saslFrame(NegotiationStatus.COMPLETE, NOTHING);
  }

  /** The answer that turns the client away; drivers show the message. */
  bad(message: string): Uint8Array {
    return saslFrame(NegotiationStatus.BAD, Buffer.from(message, 'utf8'));
  }

  #take({ status, payload }: SaslFrame): SaslCredentials | null {
    if (status === NegotiationStatus.BAD || status === NegotiationStatus.ERROR) {
      // Quoted and cut, for it ends in logs.
      const text = Buffer.from(payload.subarray(0, MAX_QUOTED_BYTES)).toString('utf8');
      throw new SaslError(`the client gave up: ${JSON.stringify(text)}`);
    }
    if (this.#state === 'start') {
      if (status !== NegotiationStatus.START) {
        throw new SaslError(`the handshake begins with status ${status} instead of START`);
      }
      const mechanism = Buffer.from(payload).toString('utf8');
      if (mechanism !== PLAIN_MECHANISM) {
        throw new SaslError(
          `SASL mechanism ${JSON.stringify(mechanism.slice(0, MAX_QUOTED_BYTES))} is not supported, PLAIN is`,
        );
      }
      this.#move('response');
      return null;
    }
    if (status === NegotiationStatus.START) throw new SaslError('START came twice');
    return decodePlain(payload);
  }

  #move(to: State): void {
    if (!MOVES[this.#state].includes(to)) throw new Error(`a ${this.#state} handshake cannot become ${to}`);
    this.#state = to;
  }
}
