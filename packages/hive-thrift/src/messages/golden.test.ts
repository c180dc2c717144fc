import { describe, expect, it } from 'vitest';
import { ApplicationError } from '../errors.ts';
import { FrameDecoder } from '../framing/frame-decoder.ts';
import { MessageScanner } from '../framing/message-scanner.ts';
import { columnValues } from '../rowset/column-values.ts';
import { decodeFetchReply, decodeRowSet } from '../rowset/decode-row-set.ts';
import { encodeRowSetColumns } from '../rowset/encode-fetch-reply.ts';
import { SaslPlainClient } from '../sasl/plain-client.ts';
import { SaslPlainServer } from '../sasl/plain-server.ts';
import { type Capture, captures } from '../testing/captures.ts';
import { pieces } from '../testing/chunks.ts';
import { decodeReply, decodeRequest, encodeCall, encodeException, encodeReply } from './calls.ts';
import { MessageType, readEnvelope } from './envelope.ts';
import { locateHandle } from './locate-handle.ts';
import { isMethodName, type MethodName, methods } from './methods.ts';
import { typeName } from './type-name.ts';

const all = captures();
const named = (client: string): Capture => all.find((capture) => capture.client === client) as Capture;

/** Both sides' messages, found in the streams by our SASL machines and frame decoder. */
function messagesOf(capture: Capture, chunkBytes = 1 << 20) {
  const server = new SaslPlainServer();
  const client = new SaslPlainClient({ user: 'any', password: 'any' });
  const up = new FrameDecoder({ maxFrameBytes: 1 << 20 });
  const down = new FrameDecoder({ maxFrameBytes: 1 << 20 });
  const serverSteps = pieces(capture.toServer, chunkBytes).map((chunk) => server.push(chunk));
  const clientSteps = pieces(capture.toClient, chunkBytes).map((chunk) => client.push(chunk));
  return {
    credentials: serverSteps.map((step) => step.credentials).find((credentials) => credentials !== undefined),
    calls: serverSteps.flatMap(({ rest }) => up.push(rest)).map((message) => Buffer.from(message)),
    replies: clientSteps.flatMap(({ rest }) => down.push(rest)).map((message) => Buffer.from(message)),
  };
}

const knownCalls = (capture: Capture) =>
  messagesOf(capture).calls.filter((call) => isMethodName(readEnvelope(call).method));

describe.each(all.map((capture) => [capture.client, capture] as const))('%s', (client, capture) => {
  const { credentials, calls, replies } = messagesOf(capture);

  it('says who it is', () => {
    expect(credentials).toEqual({
      authzid: client === 'hive-driver-1.0.0' ? 'ann' : '',
      user: 'ann',
      password: 'secret',
    });
  });

  it('is understood byte by byte too', () => {
    expect(messagesOf(capture, 1)).toEqual({ credentials, calls, replies });
  });

  it('has an answer to each call', () => {
    expect(calls.length).toBeGreaterThan(5);
    expect(replies.map((reply) => readEnvelope(reply).seqId)).toEqual(
      calls.map((call) => readEnvelope(call).seqId),
    );
  });

  it('writes calls as we do', () => {
    for (const call of calls) {
      const envelope = readEnvelope(call);
      if (!isMethodName(envelope.method)) continue;
      const request = decodeRequest(envelope.method, call, envelope);
      expect(
        call.equals(encodeCall(envelope.method, envelope.seqId, request as never)),
        envelope.method,
      ).toBe(true);
    }
  });

  it('gets replies as we write them', () => {
    for (const reply of replies) {
      const envelope = readEnvelope(reply);
      if (envelope.type === MessageType.EXCEPTION) continue;
      const method = envelope.method as MethodName;
      const response = decodeReply(method, reply, envelope);
      expect(reply.equals(encodeReply(method, envelope.seqId, response as never)), method).toBe(true);
    }
  });

  it('sends messages that end where the scanner finds their end', () => {
    for (const stream of [calls, replies]) {
      const scanner = new MessageScanner({ maxMessageBytes: 1 << 20 });
      const found = pieces(Buffer.concat(stream), 7).flatMap((chunk) => scanner.push(chunk));
      expect(found.map((message) => Buffer.from(message))).toEqual(stream);
    }
  });

  it('shows its handle where the decoder finds it', () => {
    for (const call of knownCalls(capture)) {
      const envelope = readEnvelope(call);
      const method = envelope.method as MethodName;
      const found = locateHandle(call, envelope);
      const request = decodeRequest(method, call, envelope) as {
        sessionHandle?: { sessionId: { guid: Uint8Array } };
        operationHandle?: { operationId: { guid: Uint8Array } };
      };
      const guid = request.sessionHandle?.sessionId.guid ?? request.operationHandle?.operationId.guid;
      expect(found === null).toBe(methods[method].handle === null);
      if (found !== null) expect(call.subarray(found.guidOffset, found.guidOffset + 16)).toEqual(guid);
    }
  });

  it('gets row sets that both decoders read alike', () => {
    const fetches = replies.filter((reply) => readEnvelope(reply).method === 'FetchResults');
    expect(fetches.length).toBeGreaterThan(0);
    for (const reply of fetches) {
      const envelope = readEnvelope(reply);
      const fast = decodeRowSet(decodeFetchReply(reply, envelope).rowSet as Uint8Array);
      const { results } = decodeReply('FetchResults', reply, envelope);
      const general = decodeRowSet(results as never);
      expect(fast.startRowOffset).toBe(general.startRowOffset);
      expect(fast.batch.columns.map(columnValues)).toEqual(general.batch.columns.map(columnValues));
      const again = decodeRowSet(encodeRowSetColumns(fast.startRowOffset, fast.batch));
      expect(again.batch.columns.map(columnValues)).toEqual(fast.batch.columns.map(columnValues));
    }
  });
});

describe('what the drivers ask', () => {
  const methodsOf = (client: string) =>
    messagesOf(named(client)).calls.map((call) => readEnvelope(call).method);
  const firstRequest = (client: string) => {
    const [call] = messagesOf(named(client)).calls as [Buffer];
    return decodeRequest('OpenSession', call, readEnvelope(call));
  };

  it('Hive JDBC', () => {
    expect(firstRequest('hive-jdbc-4.1.0')).toEqual({
      clientProtocol: 9,
      configuration: new Map([['use:database', 'default']]),
    });
    expect(
      firstRequest('hive-jdbc-2.3.9').configuration?.get(
        'set:hiveconf:hive.server2.thrift.resultset.default.fetch.size',
      ),
    ).toBe('1000');
    expect(methodsOf('hive-jdbc-4.1.0')).toContain('GetTables');
  });

  it('Kyuubi JDBC', () => {
    expect(firstRequest('kyuubi-jdbc-1.10.1').configuration?.get('kyuubi.client.version')).toBe('1.10.1');
  });

  it('PyHive', () => {
    expect(firstRequest('pyhive-0.7.0')).toMatchObject({ clientProtocol: 5, username: 'ann' });
    expect(methodsOf('pyhive-0.7.0').slice(0, 3)).toEqual([
      'OpenSession',
      'ExecuteStatement',
      'CloseOperation',
    ]);
  });

  it('impyla, which tries methods of older and other servers and takes no for an answer', () => {
    const { calls, replies } = messagesOf(named('impyla-0.24.0'));
    const unknown = calls
      .map(readEnvelope)
      .flatMap((envelope, index) => (isMethodName(envelope.method) ? [] : [{ ...envelope, index }]));
    expect(new Set(unknown.map(({ method }) => method))).toEqual(new Set(['GetLog', 'CloseImpalaOperation']));
    for (const { method, seqId, index } of unknown) {
      const reply = replies[index] as Buffer;
      const error = new ApplicationError(1, `Invalid method name: '${method}'`);
      expect(() => decodeReply('CloseOperation', reply, readEnvelope(reply))).toThrow(error);
      expect(reply.equals(encodeException(method, seqId, error))).toBe(true);
    }
  });
});

describe('what Spark answers', () => {
  const replies = messagesOf(named('hive-jdbc-4.1.0')).replies;
  const of = <M extends MethodName>(method: M) =>
    replies
      .filter((reply) => readEnvelope(reply).method === method)
      .map((reply) => decodeReply(method, reply, readEnvelope(reply)));

  it('has the rows of nine types', () => {
    const [reply] = replies.filter((message) => readEnvelope(message).method === 'FetchResults') as [Buffer];
    const { rowSet } = decodeFetchReply(reply, readEnvelope(reply));
    expect(decodeRowSet(rowSet as Uint8Array).batch.columns.map(columnValues)).toEqual([
      [0, 1, 2],
      [0n, 1n, 2n],
      [0, 0.5, 1],
      ['0.00', '1.00', '2.00'],
      ['row 0', 'row 1', 'row 2'],
      [false, null, true],
      ['[0]', '[1]', '[2]'],
      [Buffer.from('x'), Buffer.from('x'), Buffer.from('x')],
      ['2026-11-23', '2026-11-23', '2026-11-23'],
    ]);
  });

  it('has their types', () => {
    const [metadata] = of('GetResultSetMetadata');
    expect(
      metadata?.schema?.columns.map(({ columnName, typeDesc }) => `${columnName} ${typeName(typeDesc)}`),
    ).toEqual([
      'i int',
      'b bigint',
      'd double',
      'n decimal(10,2)',
      's string',
      'f boolean',
      'a array',
      'x binary',
      't date',
    ]);
  });

  it('has the error of the invalid query', () => {
    const failed = of('GetOperationStatus').find(({ operationState }) => operationState === 5);
    expect(failed).toMatchObject({ sqlState: '42703', errorCode: 0 });
  });
});
