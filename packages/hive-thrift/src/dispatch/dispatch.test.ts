import { describe, expect, it } from 'vitest';
import { ApplicationError, ApplicationErrorType } from '../errors.ts';
import { decodeReply, encodeCall, encodeReply } from '../messages/calls.ts';
import { TProtocolVersion, TStatusCode } from '../messages/enums.ts';
import { readEnvelope } from '../messages/envelope.ts';
import { columnOf, columnValues } from '../rowset/column-values.ts';
import { decodeFetchReply, decodeRowSet } from '../rowset/decode-row-set.ts';
import { encodeFetchReply } from '../rowset/encode-fetch-reply.ts';
import { oracleReceive } from '../testing/oracle.ts';
import { dispatch } from './dispatch.ts';
import { EncodedReply, type Handlers } from './handlers.ts';

const handle = { sessionId: { guid: Buffer.alloc(16, 1), secret: Buffer.alloc(16, 2) } };
const operationHandle = { operationId: handle.sessionId, operationType: 0, hasResultSet: true } as const;
const success = { statusCode: TStatusCode.SUCCESS };

const handlers: Handlers<{ user: string }> = {
  OpenSession: async (request, { user }) => ({
    status: success,
    serverProtocolVersion: request.clientProtocol,
    sessionHandle: handle,
    configuration: new Map([['user', user]]),
  }),
  FetchResults: async ({ maxRows }) =>
    new EncodedReply(
      encodeFetchReply({
        startRowOffset: maxRows,
        batch: { rowCount: 1, columns: [columnOf('string', ['a'])] },
        rowBased: false,
        hasMoreRows: false,
      }),
    ),
  CloseSession: async () => {
    throw new Error('disk full');
  },
  CloseOperation: async () => {
    throw new ApplicationError(ApplicationErrorType.PROTOCOL_ERROR, 'said so');
  },
  GetQueryId: async () => ({}) as never,
};
const send = (message: Uint8Array, onError?: (error: unknown, method: string) => void) =>
  dispatch(message, handlers, { user: 'ann' }, onError === undefined ? {} : { onError });
const renamed = (name: string): Buffer => {
  const bytes = Buffer.from(encodeCall('CloseSession', 3, { sessionHandle: handle }));
  const head = Buffer.from('8001000100000000', 'hex');
  head.writeInt32BE(name.length, 4);
  return Buffer.concat([head, Buffer.from(name), bytes.subarray(20)]);
};
const exception = async (message: Uint8Array) => {
  const reply = await send(message);
  const envelope = readEnvelope(reply);
  try {
    decodeReply('GetInfo', reply, envelope);
  } catch (error) {
    return { ...envelope, error: error as ApplicationError };
  }
  throw new Error('no exception came');
};

describe('dispatch', () => {
  it('calls the handler and encodes its answer', async () => {
    const reply = await send(encodeCall('OpenSession', 42, { clientProtocol: TProtocolVersion.V6 }));
    const envelope = readEnvelope(reply);
    expect(envelope).toMatchObject({ method: 'OpenSession', type: 2, seqId: 42 });
    expect(decodeReply('OpenSession', reply, envelope)).toEqual({
      status: success,
      serverProtocolVersion: 5,
      sessionHandle: handle,
      configuration: new Map([['user', 'ann']]),
    });
  });

  it('passes an encoded reply on with the right sequence id', async () => {
    const call = { operationHandle, orientation: 0, maxRows: 9n } as const;
    const reply = await send(encodeCall('FetchResults', -7, call));
    expect(readEnvelope(reply).seqId).toBe(-7);
    const { rowSet } = decodeFetchReply(reply, readEnvelope(reply));
    const { startRowOffset, batch } = decodeRowSet(rowSet as Uint8Array);
    expect([startRowOffset, batch.columns.map(columnValues)]).toEqual([9n, [['a']]]);
  });

  it.each(['GetLog', 'CloseImpalaOperation', 'GetInfo', 'toString', '__proto__', ''])(
    'knows no method %j, as far as its handlers go',
    async (name) => {
      expect(await exception(renamed(name))).toMatchObject({
        method: name,
        seqId: 3,
        error: { type: ApplicationErrorType.UNKNOWN_METHOD, message: `Invalid method name: '${name}'` },
      });
    },
  );

  it('tells npm thrift of it too', async () => {
    await expect(oracleReceive('GetInfo', await send(renamed('GetLog')))).rejects.toMatchObject({ type: 1 });
  });

  it.each([2, 3, 4])('takes no message of type %i', async (type) => {
    const bytes = Buffer.from(encodeCall('OpenSession', 1, { clientProtocol: 9 }));
    bytes[3] = type;
    expect((await exception(bytes)).error.type).toBe(ApplicationErrorType.INVALID_MESSAGE_TYPE);
  });

  it('tells what it cannot read, and where', async () => {
    const bytes = Buffer.from(encodeCall('OpenSession', 8, { clientProtocol: 9 }));
    const { error, seqId } = await exception(bytes.subarray(0, -3));
    expect([seqId, error.type]).toEqual([8, ApplicationErrorType.PROTOCOL_ERROR]);
    expect(error.message).toMatch(/^cannot read OpenSession: .* bytes wanted at/);
  });

  it('refuses two messages in one', async () => {
    const bytes = encodeCall('OpenSession', 8, { clientProtocol: 9 });
    expect((await exception(Buffer.concat([bytes, bytes]))).error.type).toBe(
      ApplicationErrorType.PROTOCOL_ERROR,
    );
  });

  it('turns what a handler throws into INTERNAL_ERROR, without a stack', async () => {
    const { error } = await exception(encodeCall('CloseSession', 1, { sessionHandle: handle }));
    expect(error.type).toBe(ApplicationErrorType.INTERNAL_ERROR);
    expect(error.message).toBe('Internal error processing CloseSession: disk full');
  });

  it('passes an ApplicationError on', async () => {
    const { error } = await exception(encodeCall('CloseOperation', 1, { operationHandle }));
    expect(error).toMatchObject({ type: ApplicationErrorType.PROTOCOL_ERROR, message: 'said so' });
  });

  it('turns an answer that cannot be encoded into INTERNAL_ERROR', async () => {
    const { error } = await exception(encodeCall('GetQueryId', 1, { operationHandle }));
    expect(error.message).toContain("TGetQueryIdResp lacks its required field 1 'queryId'");
  });

  it('tells the server of unexpected errors only', async () => {
    const seen: unknown[] = [];
    const onError = (error: unknown, method: string) => seen.push([method, (error as Error).message]);
    await send(encodeCall('CloseSession', 1, { sessionHandle: handle }), onError);
    await send(encodeCall('CloseOperation', 1, { operationHandle }), onError);
    await send(renamed('GetLog'), onError);
    expect(seen).toEqual([['CloseSession', 'disk full']]);
  });

  it('rejects only what has no envelope', async () => {
    await expect(send(Buffer.from('GET / HTTP/1.1'))).rejects.toMatchObject({ kind: 'bad-version' });
    await expect(send(encodeReply('GetQueryId', 1, { queryId: 'x' }).subarray(0, 9))).rejects.toMatchObject({
      kind: 'truncated',
    });
  });
});
