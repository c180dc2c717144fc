import { Buffer } from 'node:buffer';
import {
  DEFAULT_MAX_SASL_PAYLOAD_BYTES,
  NegotiationStatus,
  SaslError,
  SaslFrameReader,
  saslFrame,
} from './frame.ts';
import { encodePlain, PLAIN_MECHANISM } from './plain-message.ts';

export interface SaslPlainClientOptions {
  readonly user: string;
  readonly password: string;
  /** Whom to act for, if not `user`. */
  readonly authzid?: string;
}

export interface SaslClientStep {
  readonly done: boolean;
  /** Bytes behind the handshake. */
  readonly rest: Uint8Array;
}

const NOTHING: Uint8Array = Buffer.alloc(0);

/** The client's side of Thrift's SASL handshake with mechanism PLAIN, without the socket. */
export class SaslPlainClient {
  readonly #options: SaslPlainClientOptions;
  readonly #reader = new SaslFrameReader(DEFAULT_MAX_SASL_PAYLOAD_BYTES);
  #done = false;

  constructor(options: SaslPlainClientOptions) {
    this.#options = options;
  }

  /** Both of the client's frames; nothing of the server's is needed in between. */
  start(): Uint8Array {
    const { user, password, authzid = '' } = this.#options;
    return Buffer.concat([
      saslFrame(NegotiationStatus.START, Buffer.from(PLAIN_MECHANISM, 'ascii')),
      saslFrame(NegotiationStatus.COMPLETE, encodePlain({ authzid, user, password })),
    ]);
  }

  /** Throws SaslError with the server's text when it refuses. */
  push(chunk: Uint8Array): SaslClientStep {
    if (this.#done) return { done: true, rest: chunk };
    this.#reader.push(chunk);
    for (let frame = this.#reader.next(); frame !== null; frame = this.#reader.next()) {
      if (frame.status === NegotiationStatus.COMPLETE) {
        this.#done = true;
        return { done: true, rest: this.#reader.rest() };
      }
      // PLAIN has no challenges, yet a server may acknowledge START with an OK.
      if (frame.status === NegotiationStatus.OK) continue;
      const text = Buffer.from(frame.payload).toString('utf8');
      throw new SaslError(
        text === '' ? `the server refused the SASL handshake (status ${frame.status})` : text,
      );
    }
    return { done: false, rest: NOTHING };
  }
}
