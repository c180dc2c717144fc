import { describe, expect, it } from 'vitest';
import { ByteReader } from '../bytes/byte-reader.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { ApplicationError } from '../errors.ts';
import {
  fromOracle,
  oracleCall,
  oracleDecode,
  oracleEncode,
  oracleMethods,
  oracleReceive,
  oracleServe,
  oracleTypes,
  toOracle,
} from '../testing/oracle.ts';
import { Random } from '../testing/random.ts';
import { allTables, sample } from '../testing/samples.ts';
import { decodeReply, decodeRequest, encodeCall, encodeException, encodeReply } from './calls.ts';
import type { Codec } from './codec.ts';
import * as enums from './enums.ts';
import { patchSeqId, readEnvelope } from './envelope.ts';
import { type MethodName, methods, requestTable, responseTable } from './methods.ts';

const SEEDS = [1, 2, 3, 4, 5, 6];

/** Generated readers fill in the IDL's defaults; ours leave an absent field absent. */
const DEFAULTS: Readonly<Record<string, object>> = {
  TExecuteStatementReq: { runAsync: false, queryTimeout: 0n },
  TFetchResultsReq: { fetchType: 0 },
};
const withDefaults = (name: string, value: unknown) => ({ ...DEFAULTS[name], ...(value as object) });

describe('each struct against the generated code', () => {
  it.each(allTables.map((entry) => [entry.name, entry as unknown as Codec<unknown>] as const))(
    '%s',
    (name, codec) => {
      for (const seed of SEEDS) {
        const value = sample(codec, new Random(seed), seed === 1 ? 'all' : 'some');
        const writer = new ByteWriter();
        codec.write(writer, value);
        const ours = writer.finish();
        const theirs = oracleEncode(name, codec, value);
        expect(Buffer.from(ours).equals(theirs), `bytes of ${codec.print(value)}`).toBe(true);
        expect(oracleDecode(name, codec, ours)).toEqual(withDefaults(name, value));
        expect(codec.read(new ByteReader(theirs))).toEqual(value);
      }
    },
  );
});

describe('each method against the generated client and server', () => {
  it('has all methods of the service', () => {
    expect(Object.keys(methods).sort()).toEqual([...oracleMethods].sort());
  });

  const names = Object.keys(methods) as MethodName[];

  it.each(names)('%s: its client and ours write the same call', (method) => {
    const table = requestTable(method) as Codec<unknown>;
    const request = sample(table, new Random(7), 'all');
    const theirs = oracleCall(method, `T${method}Req`, table, request);
    const envelope = readEnvelope(theirs);
    expect(decodeRequest(method, theirs, envelope)).toEqual(request);
    expect(Buffer.from(encodeCall(method, envelope.seqId, request as never)).equals(theirs)).toBe(true);
  });

  it.each(names)('%s: its server takes our call, we its reply', async (method) => {
    const requests = requestTable(method) as Codec<unknown>;
    const responses = responseTable(method) as Codec<unknown>;
    const request = sample(requests, new Random(8), 'some');
    const response = sample(responses, new Random(9), 'all');
    let seen: unknown;
    const reply = await oracleServe(encodeCall(method, 77, request as never), method, (req) => {
      seen = fromOracle(requests, req);
      return toOracle(responses, response, `T${method}Resp`);
    });
    expect(seen).toEqual(withDefaults(`T${method}Req`, request));
    const envelope = readEnvelope(reply);
    expect(envelope).toMatchObject({ method, seqId: 77, type: 2 });
    expect(decodeReply(method, reply, envelope)).toEqual(response);
  });

  it.each(names)('%s: its client takes our reply', async (method) => {
    const responses = responseTable(method) as Codec<unknown>;
    const response = sample(responses, new Random(10), 'all');
    const reply = encodeReply(method, 5, response as never);
    expect(fromOracle(responses, await oracleReceive(method, reply))).toEqual(response);
  });

  it('gives exceptions both ways', async () => {
    const ours = encodeException('GetInfo', 4, new ApplicationError(6, 'it broke'));
    await expect(oracleReceive('GetInfo', ours)).rejects.toMatchObject({ type: 6, message: 'it broke' });
    const call = encodeCall('CloseSession', 9, sample(requestTable('CloseSession'), new Random(1), 'all'));
    const theirs = await oracleServe(call, 'CloseSession', () => {
      throw new Error('no such session');
    });
    expect(() => decodeReply('CloseSession', theirs, readEnvelope(theirs))).toThrow(
      new ApplicationError(0, 'no such session'),
    );
  });

  it('is told by the generated server of a method that does not exist', async () => {
    const call = encodeCall('GetInfo', 3, sample(requestTable('GetInfo'), new Random(1), 'all'));
    const renamed = Buffer.from(call);
    renamed.write('GetXnfo', 8, 'latin1');
    const theirs = await oracleServe(renamed, 'GetInfo', () => null);
    expect(() => decodeReply('GetInfo', theirs, readEnvelope(theirs))).toThrow(
      new ApplicationError(0, 'Unknown function GetXnfo'),
    );
  });

  it('survives a patched sequence id', async () => {
    const response = sample(responseTable('GetQueryId'), new Random(2), 'all');
    const reply = encodeReply('GetQueryId', 1, response);
    patchSeqId(reply, readEnvelope(reply), -2);
    expect(readEnvelope(reply).seqId).toBe(-2);
    expect(fromOracle(responseTable('GetQueryId'), await oracleReceive('GetQueryId', reply))).toEqual(
      response,
    );
  });
});

describe('enums have the numbers of the IDL', () => {
  const cases: readonly [string, Readonly<Record<string, number>>, (name: string) => string][] = [
    ['TProtocolVersion', enums.TProtocolVersion, (name) => `HIVE_CLI_SERVICE_PROTOCOL_${name}`],
    ['TStatusCode', enums.TStatusCode, (name) => `${name}_STATUS`],
    ['TOperationState', enums.TOperationState, (name) => `${name}_STATE`],
    ['TOperationType', enums.TOperationType, (name) => name],
    ['TFetchOrientation', enums.TFetchOrientation, (name) => name],
    ['TTypeId', enums.TTypeId, (name) => `${name}_TYPE`],
    ['TJobExecutionStatus', enums.TJobExecutionStatus, (name) => name],
    ['TGetInfoType', enums.TGetInfoType, (name) => `CLI_${name}`],
  ];

  it.each(cases)('%s', (name, ours, wireName) => {
    const renamed = Object.fromEntries(Object.entries(ours).map(([key, value]) => [wireName(key), value]));
    expect(renamed).toEqual(oracleTypes[name]);
  });

  it('TypeQualifier', () => {
    for (const [name, value] of Object.entries(enums.TypeQualifier)) expect(oracleTypes[name]).toBe(value);
  });
});
