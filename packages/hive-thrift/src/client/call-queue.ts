import { patchSeqId, readEnvelope } from '../messages/envelope.ts';
import { abortReason, type CallOptions, ConnectionError, DEFAULT_CALL_TIMEOUT_MS } from './transport.ts';

/** More calls than this in line on one connection is a mistake of the caller. */
export const MAX_QUEUED_CALLS = 1_000;

interface Call {
  readonly method: string;
  readonly message: Uint8Array;
  readonly seqId: number;
  readonly settle: (error: Error | null, reply?: Uint8Array) => void;
}

export interface CallQueueEvents {
  send(message: Uint8Array): void;
  /** The call on the wire got no answer in time: nothing that comes later can be trusted to be in step. */
  onTimeout(error: ConnectionError): void;
  /** No call is on the wire and none waits. */
  onIdle(): void;
}

/** One call on the wire at a time, the others in order behind it. Holds no socket. */
export class CallQueue {
  readonly #events: CallQueueEvents;
  readonly #waiting: Call[] = [];
  #current: Call | null = null;
  #lastSeqId = 0;

  constructor(events: CallQueueEvents) {
    this.#events = events;
  }

  get isIdle(): boolean {
    return this.#current === null && this.#waiting.length === 0;
  }

  /** Patches the message's sequence id. */
  push(message: Uint8Array, options: CallOptions): Promise<Uint8Array> {
    const { signal, timeoutMs = DEFAULT_CALL_TIMEOUT_MS } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) throw abortReason(signal);
      if (this.#waiting.length >= MAX_QUEUED_CALLS) {
        throw new ConnectionError('busy', `${MAX_QUEUED_CALLS} calls wait on this connection already`);
      }
      const envelope = readEnvelope(message);
      this.#lastSeqId = (this.#lastSeqId + 1) & 0x7fffffff;
      patchSeqId(message, envelope, this.#lastSeqId);
      const timer = timeoutMs > 0 ? setTimeout(() => this.#timeOut(call, timeoutMs), timeoutMs) : undefined;
      const onAbort = (): void => this.#abandon(call, abortReason(signal));
      signal?.addEventListener('abort', onAbort, { once: true });
      const settle: Call['settle'] = (error, reply) => {
        signal?.removeEventListener('abort', onAbort);
        // An abandoned call stays on the wire; its timer still tells whether the peer is alive.
        if (reply !== undefined || this.#current !== call) clearTimeout(timer);
        if (error === null && reply !== undefined) resolve(reply);
        else if (error !== null) reject(error);
      };
      const call: Call = { method: envelope.method, message, seqId: this.#lastSeqId, settle };
      this.#waiting.push(call);
      this.#pump();
    });
  }

  /** Takes a whole reply message. Throws ConnectionError when it answers no call of ours. */
  onReply(reply: Uint8Array): void {
    const { seqId, method } = readEnvelope(reply);
    const call = this.#current;
    if (call === null || call.seqId !== seqId) {
      const expected = call === null ? 'no call is under way' : `${call.method} ${call.seqId} is under way`;
      throw new ConnectionError('lost', `out of step: a reply to ${method} ${seqId} came, ${expected}`);
    }
    this.#current = null;
    call.settle(null, reply);
    this.#pump();
  }

  /** Rejects everything. */
  fail(error: Error): void {
    const calls = this.#current === null ? [...this.#waiting] : [this.#current, ...this.#waiting];
    this.#waiting.length = 0;
    this.#current = null;
    for (const call of calls) call.settle(error);
  }

  #pump(): void {
    if (this.#current !== null) return;
    const call = this.#waiting.shift();
    if (call === undefined) {
      this.#events.onIdle();
      return;
    }
    this.#current = call;
    this.#events.send(call.message);
  }

  #timeOut(call: Call, timeoutMs: number): void {
    const error = new ConnectionError('timeout', `no answer to ${call.method} within ${timeoutMs} ms`);
    if (this.#current === call) this.#events.onTimeout(error);
    else this.#abandon(call, error);
  }

  /** A call on the wire keeps its place: its reply will come and must not be taken for the next one's. */
  #abandon(call: Call, error: Error): void {
    const index = this.#waiting.indexOf(call);
    if (index >= 0) this.#waiting.splice(index, 1);
    call.settle(error);
  }
}
