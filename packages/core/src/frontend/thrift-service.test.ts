import {
  ApplicationError,
  encodeCall,
  frame,
  methods,
  patchSeqId,
  readEnvelope,
  TGetInfoType,
  type TSessionHandle,
  TStatusCode,
} from '@senbon/hive-thrift';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHandle, idOf } from '../session/handle.ts';
import { client, gateway, operation, saslLogin, session, start, stop } from '../testing/served.ts';

beforeEach(() => start());
afterEach(stop);

function stranger(handle: TSessionHandle): TSessionHandle {
  return { sessionId: { guid: handle.sessionId.guid, secret: createHandle().secret } };
}

describe('a handle', () => {
  const calls = () =>
    [
      ['GetInfo', { sessionHandle: session, infoType: TGetInfoType.DBMS_NAME }],
      ['ExecuteStatement', { sessionHandle: session, statement: 'x', runAsync: true }],
      ['GetTables', { sessionHandle: session }],
      ['SetClientInfo', { sessionHandle: session }],
      ['CloseSession', { sessionHandle: session }],
    ] as const;

  it('is of no use to another user', async () => {
    const bob = await gateway.connect('bob');
    for (const [method, request] of calls()) {
      const { status } = (await bob.call(method, request as never)) as { status: unknown };
      expect(status, method).toMatchObject({
        statusCode: TStatusCode.ERROR,
        sqlState: '42501',
        errorMessage: `User bob may not use SessionHandle [${idOf(session.sessionId.guid)}]: it belongs to another user`,
      });
    }
    expect(gateway.gateway.openSessions).toBe(1);
  });

  it('is of no use without its secret', async () => {
    for (const [method, request] of calls()) {
      const guessed = { ...request, sessionHandle: stranger(session) };
      const { status } = (await client.call(method, guessed as never)) as { status: unknown };
      expect(status, method).toMatchObject({ statusCode: TStatusCode.ERROR, sqlState: '08003' });
    }
    expect(gateway.gateway.openSessions).toBe(1);
  });

  it('of an operation is checked the same way', async () => {
    const operationHandle = await operation('wait');
    const bob = await gateway.connect('bob');
    const guessed = {
      ...operationHandle,
      operationId: { ...operationHandle.operationId, secret: new Uint8Array(16) },
    };
    for (const method of [
      'GetOperationStatus',
      'CancelOperation',
      'CloseOperation',
      'GetResultSetMetadata',
    ] as const) {
      const refused = await bob.call(method, { operationHandle });
      expect(refused.status, method).toMatchObject({ statusCode: TStatusCode.ERROR, sqlState: '42501' });
      const unknown = await client.call(method, { operationHandle: guessed });
      expect(unknown.status, method).toMatchObject({ statusCode: TStatusCode.ERROR, sqlState: '24000' });
    }
    await expect(bob.call('GetQueryId', { operationHandle })).rejects.toMatchObject({ type: 6 });
    expect(gateway.engine().callsOf('CancelOperation')).toEqual([]);
    expect(gateway.engine().operations.size).toBe(1);
  });

  it('may be used by the same user over another connection and another transport', async () => {
    for (const other of [await gateway.connect(), gateway.http()]) {
      const { status } = await other.call('GetInfo', {
        sessionHandle: session,
        infoType: TGetInfoType.DBMS_NAME,
      });
      expect(status.statusCode).toBe(TStatusCode.SUCCESS);
    }
  });

  it('of the wrong length is an error of the call', async () => {
    const short = { sessionId: { guid: new Uint8Array(8), secret: new Uint8Array(16) } };
    const { status } = await client.call('CloseSession', { sessionHandle: short });
    expect(status).toMatchObject({
      statusCode: TStatusCode.ERROR,
      errorMessage: expect.stringContaining('no handle of 16'),
    });
  });
});

describe('what is not served', () => {
  async function exchange(message: Uint8Array): Promise<Error> {
    const raw = await gateway.raw();
    raw.send(saslLogin);
    await raw.takeSasl();
    raw.send(frame(message));
    const reply = await raw.takeFrame();
    // The connection is as good as before.
    raw.send(frame(encodeCall('GetInfo', 9, { sessionHandle: session, infoType: TGetInfoType.DBMS_NAME })));
    expect(readEnvelope(await raw.takeFrame())).toMatchObject({ method: 'GetInfo', type: 2, seqId: 9 });
    const envelope = readEnvelope(reply);
    expect(envelope.type).toBe(3);
    // message (1, string) and type (2, i32) of a TApplicationException
    const length = reply.readInt32BE(envelope.bodyOffset + 3);
    const textAt = envelope.bodyOffset + 7;
    const type = reply.readInt32BE(textAt + length + 3);
    return new ApplicationError(type, reply.toString('utf8', textAt, textAt + length));
  }

  function renamed(method: string): Uint8Array {
    const rest = encodeCall('CloseSession', 3, { sessionHandle: session });
    const { bodyOffset } = readEnvelope(rest);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(0x80010001);
    head.writeInt32BE(method.length, 4);
    return Buffer.concat([head, Buffer.from(method), Buffer.from([0, 0, 0, 3]), rest.subarray(bodyOffset)]);
  }

  it.each(['GetLog', 'CloseImpalaOperation', 'constructor', ''])(
    'method %j is unknown, and the connection stays',
    async (method) => {
      expect(await exchange(renamed(method))).toMatchObject({
        type: 1,
        message: `Invalid method name: '${method}'`,
      });
    },
  );

  it('a request that lacks what it must have is a protocol error', async () => {
    expect(await exchange(renamed('ExecuteStatement'))).toMatchObject({
      type: 7,
      message: expect.stringContaining('ExecuteStatement'),
    });
  });

  it('a reply sent as a request is turned away', async () => {
    const message = Buffer.from(encodeCall('CloseSession', 3, { sessionHandle: session }));
    message[3] = 2;
    expect(await exchange(message)).toMatchObject({ type: 2 });
  });

  it.each([
    'GetDelegationToken',
    'CancelDelegationToken',
    'RenewDelegationToken',
    'UploadData',
    'DownloadData',
  ] as const)('%s is not supported', async (method) => {
    const request = {
      sessionHandle: session,
      owner: 'o',
      renewer: 'r',
      delegationToken: 't',
      values: new Uint8Array(0),
    };
    const { status } = (await client.call(method, request as never)) as { status: unknown };
    expect(status).toMatchObject({
      statusCode: TStatusCode.ERROR,
      sqlState: '0A000',
      errorMessage: expect.stringContaining('not supported'),
    });
  });
});

it('has an answer for every method of the protocol', async () => {
  const none = { guid: createHandle().guid, secret: createHandle().secret };
  for (const [method, { handle }] of Object.entries(methods)) {
    if (handle === null) continue;
    const request = {
      sessionHandle: { sessionId: none },
      operationHandle: { operationId: none, operationType: 0, hasResultSet: false },
      infoType: 17,
      statement: '',
      functionName: '',
      orientation: 0,
      maxRows: 1n,
      owner: '',
      renewer: '',
      delegationToken: '',
      values: new Uint8Array(0),
    };
    const message = encodeCall(method as 'GetInfo', 0, request as never);
    patchSeqId(message, readEnvelope(message), 5);
    const reply = await client.exchange(message);
    expect(readEnvelope(reply).method).toBe(method);
  }
  expect(gateway.logger.has(/error:/)).toBe(false);
});
