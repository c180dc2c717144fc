import { describe, expect, it } from 'vitest';
import { ApplicationError, ApplicationErrorType } from '../errors.ts';
import { Random } from '../testing/random.ts';
import { sample } from '../testing/samples.ts';
import { decodeReply, decodeRequest, encodeCall, encodeException, encodeReply } from './calls.ts';
import { TProtocolVersion, TStatusCode } from './enums.ts';
import { readEnvelope } from './envelope.ts';
import { isMethodName, type MethodName, methods, requestTable, responseTable } from './methods.ts';

const names = Object.keys(methods) as MethodName[];
const kind = (name: string) => expect.objectContaining({ name: 'ThriftProtocolError', kind: name });
const handle = { sessionId: { guid: Buffer.alloc(16, 1), secret: Buffer.alloc(16, 2) } };

describe.each(names)('%s', (method) => {
  const request = sample(requestTable(method), new Random(3), 'all');
  const response = sample(responseTable(method), new Random(4), 'all');

  it('its call comes back', () => {
    const bytes = encodeCall(method, 11, request);
    expect(decodeRequest(method, bytes, readEnvelope(bytes))).toEqual(request);
  });

  it('its reply comes back', () => {
    const bytes = encodeReply(method, 11, response);
    expect(decodeReply(method, bytes, readEnvelope(bytes))).toEqual(response);
  });

  it('its call cut short anywhere is refused', () => {
    const bytes = encodeCall(method, 11, request);
    const { bodyOffset } = readEnvelope(bytes);
    for (let length = bodyOffset; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length);
      expect(() => decodeRequest(method, cut, readEnvelope(cut))).toThrow(kind('truncated'));
    }
  });

  it('bytes behind its call are refused', () => {
    const bytes = Buffer.concat([encodeCall(method, 11, request), Buffer.of(0)]);
    expect(() => decodeRequest(method, bytes, readEnvelope(bytes))).toThrow(kind('trailing-bytes'));
  });
});

describe('methods', () => {
  it('are those of Hive 4, with GetLog and CloseImpalaOperation unknown', () => {
    expect(names).toHaveLength(25);
    expect(isMethodName('FetchResults')).toBe(true);
    for (const name of ['GetLog', 'CloseImpalaOperation', 'toString', '__proto__', '']) {
      expect(isMethodName(name)).toBe(false);
    }
  });

  it('know which handle they carry', () => {
    const handles = Object.fromEntries(names.map((name) => [name, methods[name].handle]));
    expect(handles).toMatchObject({ OpenSession: null, GetTables: 'session', FetchResults: 'operation' });
    expect(names.filter((name) => methods[name].handle === null)).toEqual(['OpenSession']);
    expect(names.filter((name) => methods[name].handle === 'operation')).toEqual([
      'GetOperationStatus',
      'CancelOperation',
      'CloseOperation',
      'GetResultSetMetadata',
      'FetchResults',
      'GetQueryId',
    ]);
  });
});

describe('decodeRequest', () => {
  it('wants its argument', () => {
    const bytes = Buffer.concat([
      Buffer.from(encodeCall('CloseSession', 1, { sessionHandle: handle })).subarray(0, 24),
      Buffer.of(0),
    ]);
    expect(() => decodeRequest('CloseSession', bytes, readEnvelope(bytes))).toThrow(
      'the call of CloseSession has no argument',
    );
  });

  it('does not need what is optional', () => {
    const bytes = encodeCall('OpenSession', 1, { clientProtocol: TProtocolVersion.V6 });
    expect(decodeRequest('OpenSession', bytes, readEnvelope(bytes))).toEqual({ clientProtocol: 5 });
  });
});

describe('decodeReply', () => {
  it('throws what the peer threw', () => {
    const bytes = encodeException(
      'GetLog',
      1,
      new ApplicationError(ApplicationErrorType.UNKNOWN_METHOD, 'no GetLog'),
    );
    expect(() => decodeReply('GetInfo', bytes, readEnvelope(bytes))).toThrow(
      new ApplicationError(1, 'no GetLog'),
    );
  });

  it('throws something when the peer gave no reason', () => {
    const bytes = Buffer.concat([Buffer.from('80010003000000014100000001', 'hex'), Buffer.of(0)]);
    expect(() => decodeReply('GetInfo', bytes, readEnvelope(bytes))).toThrow(
      'A failed, the peer gave no reason',
    );
  });

  it('throws MISSING_RESULT for an empty result', () => {
    const reply = encodeReply('CloseSession', 1, { status: { statusCode: TStatusCode.SUCCESS } });
    const bytes = Buffer.concat([Buffer.from(reply).subarray(0, 24), Buffer.of(0)]);
    expect(() => decodeReply('CloseSession', bytes, readEnvelope(bytes))).toThrow(
      expect.objectContaining({ name: 'ApplicationError', type: ApplicationErrorType.MISSING_RESULT }),
    );
  });

  it('wants a reply, to that method', () => {
    const call = encodeCall('CloseSession', 1, { sessionHandle: handle });
    expect(() => decodeReply('CloseSession', call, readEnvelope(call))).toThrow(
      expect.objectContaining({ type: ApplicationErrorType.INVALID_MESSAGE_TYPE }),
    );
    const reply = encodeReply('CloseSession', 1, { status: { statusCode: TStatusCode.SUCCESS } });
    expect(() => decodeReply('GetInfo', reply, readEnvelope(reply))).toThrow(
      expect.objectContaining({ type: ApplicationErrorType.WRONG_METHOD_NAME }),
    );
  });
});

describe('the TypeScript types', () => {
  it('tell required from optional, and one key of a union from two', () => {
    // @ts-expect-error sessionHandle is required
    const missing: Parameters<typeof encodeCall<'GetInfo'>>[2] = { infoType: 13 };
    // @ts-expect-error a union has one key
    const two: Parameters<typeof encodeReply<'GetInfo'>>[2]['infoValue'] = { stringValue: 'a', lenValue: 1n };
    expect([missing, two]).toHaveLength(2);
  });
});
