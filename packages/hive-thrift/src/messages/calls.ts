import { ByteReader } from '../bytes/byte-reader.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { WireType } from '../bytes/wire-type.ts';
import { ApplicationError, ApplicationErrorType, ThriftProtocolError } from '../errors.ts';
import type { Codec } from './codec.ts';
import { type Envelope, MessageType, writeEnvelope } from './envelope.ts';
import { type MethodName, type RequestOf, requestTable, type ResponseOf, responseTable } from './methods.ts';
import { i32, string } from './scalars.ts';
import { field, struct } from './struct.ts';

/** Field of the argument in a call, and of the success in a reply. */
const REQUEST_FIELD = 1;
const SUCCESS_FIELD = 0;

const TApplicationException = struct('TApplicationException', {
  message: field(1, string, 'optional'),
  type: field(2, i32, 'optional'),
});

export function encodeCall<M extends MethodName>(
  method: M,
  seqId: number,
  request: RequestOf<M>,
): Uint8Array {
  const writer = new ByteWriter();
  writeEnvelope(writer, method, MessageType.CALL, seqId);
  writeOnlyField(writer, REQUEST_FIELD, requestTable(method), request);
  return writer.finish();
}

export function encodeReply<M extends MethodName>(
  method: M,
  seqId: number,
  response: ResponseOf<M>,
): Uint8Array {
  const writer = new ByteWriter();
  writeEnvelope(writer, method, MessageType.REPLY, seqId);
  writeOnlyField(writer, SUCCESS_FIELD, responseTable(method), response);
  return writer.finish();
}

/** `method` is whatever the call named: it need not exist. */
export function encodeException(method: string, seqId: number, error: ApplicationError): Uint8Array {
  const writer = new ByteWriter();
  writeEnvelope(writer, method, MessageType.EXCEPTION, seqId);
  TApplicationException.write(writer, { message: error.message, type: error.type });
  return writer.finish();
}

/** Throws ThriftProtocolError; a request must end where the bytes end. */
export function decodeRequest<M extends MethodName>(
  method: M,
  bytes: Uint8Array,
  envelope: Envelope,
): RequestOf<M> {
  const request = readOnlyField(bytes, envelope.bodyOffset, REQUEST_FIELD, requestTable(method));
  if (request === undefined) {
    throw new ThriftProtocolError('missing-field', `the call of ${method} has no argument`);
  }
  return request;
}

/** Throws ApplicationError when the peer sent one or sent no result, ThriftProtocolError when it cannot be read. */
export function decodeReply<M extends MethodName>(
  method: M,
  bytes: Uint8Array,
  envelope: Envelope,
): ResponseOf<M> {
  expectReply(method, bytes, envelope);
  const response = readOnlyField(bytes, envelope.bodyOffset, SUCCESS_FIELD, responseTable(method));
  if (response === undefined) {
    throw new ApplicationError(ApplicationErrorType.MISSING_RESULT, `the reply to ${method} has no result`);
  }
  return response;
}

/** Throws unless the envelope is a REPLY to `method`. */
export function expectReply(method: MethodName, bytes: Uint8Array, envelope: Envelope): void {
  if (envelope.type === MessageType.EXCEPTION) throw decodeException(bytes, envelope);
  if (envelope.type !== MessageType.REPLY) {
    throw new ApplicationError(
      ApplicationErrorType.INVALID_MESSAGE_TYPE,
      `message type ${envelope.type} in answer to ${method}`,
    );
  }
  if (envelope.method !== method) {
    throw new ApplicationError(
      ApplicationErrorType.WRONG_METHOD_NAME,
      `a reply to ${envelope.method} in answer to ${method}`,
    );
  }
}

function decodeException(bytes: Uint8Array, envelope: Envelope): ApplicationError {
  const { message, type } = TApplicationException.read(new ByteReader(bytes, envelope.bodyOffset));
  return new ApplicationError(
    type ?? ApplicationErrorType.UNKNOWN,
    message ?? `${envelope.method} failed, the peer gave no reason`,
  );
}

function writeOnlyField<T>(writer: ByteWriter, id: number, codec: Codec<T>, value: T): void {
  writer.u8(codec.wireType);
  writer.i16(id);
  codec.write(writer, value);
  writer.u8(WireType.STOP);
}

function readOnlyField<T>(bytes: Uint8Array, offset: number, id: number, codec: Codec<T>): T | undefined {
  const reader = new ByteReader(bytes, offset);
  let value: T | undefined;
  for (let type = reader.u8(); type !== WireType.STOP; type = reader.u8()) {
    if (reader.i16() === id && type === codec.wireType) value = codec.read(reader);
    else reader.skip(type);
  }
  if (reader.remaining > 0) {
    throw new ThriftProtocolError('trailing-bytes', `${reader.remaining} bytes after the end of the message`);
  }
  return value;
}
