import type { MethodName, RequestOf, ResponseOf } from '../messages/methods.ts';

/** A whole reply message with any sequence id: the dispatcher puts in the right one. See `encodeFetchReply`. */
export class EncodedReply {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** A method without a handler is answered like one that does not exist. */
export type Handlers<Ctx> = {
  readonly [M in MethodName]?: (request: RequestOf<M>, ctx: Ctx) => Promise<ResponseOf<M> | EncodedReply>;
};
