import {
  ApplicationError,
  decodeReply,
  type MethodName,
  readEnvelope,
  type ResponseOf,
  ThriftProtocolError,
} from '@senbon/hive-thrift';
import { SenbonError } from '../errors/senbon-error.ts';

/**
 * What an engine answered. Throws ENGINE_REFUSED when that is an exception (it does not know the method) or cannot be
 * read: an engine's mistake must not look like the client's.
 */
export function readReply<M extends MethodName>(engine: string, method: M, reply: Uint8Array): ResponseOf<M> {
  try {
    return decodeReply(method, reply, readEnvelope(reply));
  } catch (error) {
    if (!(error instanceof ApplicationError || error instanceof ThriftProtocolError)) throw error;
    const problem = `${method}: ${error.message}`;
    throw new SenbonError('ENGINE_REFUSED', { engine, problem }, { cause: error });
  }
}
