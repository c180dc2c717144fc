import { ApplicationError, ApplicationErrorType } from '../errors.ts';
import { decodeRequest, encodeException, encodeReply } from '../messages/calls.ts';
import { type Envelope, MessageType, patchSeqId, readEnvelope } from '../messages/envelope.ts';
import { isMethodName, type MethodName } from '../messages/methods.ts';
import { EncodedReply, type Handlers } from './handlers.ts';

export interface DispatchOptions {
  /** Told about a handler that threw something else than an ApplicationError, for the log. */
  readonly onError?: (error: unknown, method: string) => void;
}

/**
 * Answers one message. Whatever goes wrong becomes a TApplicationException: no such method UNKNOWN_METHOD, a request that
 * cannot be read PROTOCOL_ERROR, not a CALL INVALID_MESSAGE_TYPE, a handler that throws INTERNAL_ERROR (without its stack)
 * or the ApplicationError it threw. Rejects only when the envelope itself cannot be read.
 */
export async function dispatch<Ctx>(
  message: Uint8Array,
  handlers: Handlers<Ctx>,
  ctx: Ctx,
  options: DispatchOptions = {},
): Promise<Uint8Array> {
  const envelope = readEnvelope(message);
  const { method, seqId, type } = envelope;
  try {
    if (type !== MessageType.CALL) {
      throw new ApplicationError(
        ApplicationErrorType.INVALID_MESSAGE_TYPE,
        `message type ${type} of ${method}: a server takes calls only`,
      );
    }
    if (!isMethodName(method) || handlers[method] === undefined) {
      throw new ApplicationError(ApplicationErrorType.UNKNOWN_METHOD, `Invalid method name: '${method}'`);
    }
    return await answer({ message, envelope, method, handlers, ctx });
  } catch (error) {
    if (error instanceof ApplicationError) return encodeException(method, seqId, error);
    options.onError?.(error, method);
    const text = error instanceof Error ? error.message : String(error);
    return encodeException(
      method,
      seqId,
      new ApplicationError(
        ApplicationErrorType.INTERNAL_ERROR,
        `Internal error processing ${method}: ${text}`,
      ),
    );
  }
}

interface Call<M extends MethodName, Ctx> {
  readonly message: Uint8Array;
  readonly envelope: Envelope;
  readonly method: M;
  readonly handlers: Handlers<Ctx>;
  readonly ctx: Ctx;
}

async function answer<M extends MethodName, Ctx>(call: Call<M, Ctx>): Promise<Uint8Array> {
  const { message, envelope, method, handlers, ctx } = call;
  const request = readRequest(method, message, envelope);
  const handler = handlers[method] as NonNullable<Handlers<Ctx>[M]>;
  const response = await handler(request, ctx);
  if (!(response instanceof EncodedReply)) return encodeReply(method, envelope.seqId, response);
  patchSeqId(response.bytes, readEnvelope(response.bytes), envelope.seqId);
  return response.bytes;
}

function readRequest<M extends MethodName>(method: M, message: Uint8Array, envelope: Envelope) {
  try {
    return decodeRequest(method, message, envelope);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new ApplicationError(ApplicationErrorType.PROTOCOL_ERROR, `cannot read ${method}: ${text}`);
  }
}
