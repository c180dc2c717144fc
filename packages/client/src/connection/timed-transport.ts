import {
  type CallOptions,
  type CloseOptions,
  callOver,
  type MethodName,
  type RequestOf,
  type ResponseOf,
  type Transport,
} from '@senbon/hive-thrift';

/** A transport with another default time-out of its calls. */
export class TimedTransport implements Transport {
  readonly #inner: Transport;
  readonly #timeoutMs: number;

  /** `timeoutMs` 0 = none. */
  constructor(inner: Transport, timeoutMs: number) {
    this.#inner = inner;
    this.#timeoutMs = timeoutMs;
  }

  call<M extends MethodName>(
    method: M,
    request: RequestOf<M>,
    options?: CallOptions,
  ): Promise<ResponseOf<M>> {
    return callOver(this, method, request, options);
  }

  exchange(message: Uint8Array, options: CallOptions = {}): Promise<Uint8Array> {
    return this.#inner.exchange(message, { timeoutMs: this.#timeoutMs, ...options });
  }

  close(options?: CloseOptions): Promise<void> {
    return this.#inner.close(options);
  }

  destroy(error: Error): void {
    this.#inner.destroy(error);
  }
}
