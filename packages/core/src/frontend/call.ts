import {
  decodeRequest,
  encodeReply,
  type Envelope,
  locateHandle,
  type MethodName,
  type RequestOf,
  type ResponseOf,
} from '@senbon/hive-thrift';
import { SenbonError } from '../errors/senbon-error.ts';
import { type ReplySink, send } from '../relay/reply-sink.ts';
import type { ClientContext } from '../session/client-context.ts';
import type { Handle } from '../session/handle.ts';

/** One call of a client: its bytes, who sent it, and where the reply goes. */
export class Call<M extends MethodName = MethodName> {
  readonly method: M;
  readonly message: Uint8Array;
  readonly client: ClientContext;
  readonly sink: ReplySink;
  readonly #envelope: Envelope;

  // oxlint-disable-next-line eslint/max-params -- made in one place, from the four things a frontend has
  constructor(
    envelope: Envelope & { readonly method: M },
    message: Uint8Array,
    client: ClientContext,
    sink: ReplySink,
  ) {
    this.method = envelope.method;
    this.message = message;
    this.client = client;
    this.sink = sink;
    this.#envelope = envelope;
  }

  get seqId(): number {
    return this.#envelope.seqId;
  }

  /** Throws ThriftProtocolError. */
  request(): RequestOf<M> {
    return decodeRequest(this.method, this.message, this.#envelope);
  }

  /** The session or operation handle as sent: views into the message. Throws REQUEST_INVALID without one. */
  handle(): Handle {
    const { guidOffset, secretOffset } = this.#locate();
    return {
      guid: this.message.subarray(guidOffset, guidOffset + 16),
      secret: this.message.subarray(secretOffset, secretOffset + 16),
    };
  }

  /** The message with the engine's handle in the place of ours; everything else, the sequence id too, is as sent. */
  patched(handle: Handle): Uint8Array {
    const { guidOffset, secretOffset } = this.#locate();
    this.message.set(handle.guid, guidOffset);
    this.message.set(handle.secret, secretOffset);
    return this.message;
  }

  async reply(response: ResponseOf<M>): Promise<void> {
    await send(this.sink, encodeReply(this.method, this.seqId, response));
  }

  #locate() {
    const found = locateHandle(this.message, this.#envelope);
    if (found !== null) return found;
    throw new SenbonError('REQUEST_INVALID', {
      method: this.method,
      problem: 'it carries no handle of 16 and 16 bytes',
    });
  }
}
