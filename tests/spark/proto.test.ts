import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import protobuf from 'protobufjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as messages from '../../packages/engine-spark/src/proto/connect-messages.ts';
import { dataType } from '../../packages/engine-spark/src/proto/data-type.ts';
import { SPARK_FETCH_TIMEOUT_MS, sparkPeer } from '../support/spark.ts';

const run = promisify(execFile);

const caller = { sessionId: 's', userContext: { userId: 'u', userName: 'n' } };
const plan = { root: { sql: { query: 'SELECT 1' } } };
const operation = { ...caller, operationId: 'o', clientType: 'c' };
const type = {
  struct: {
    fields: [
      { name: 'd', dataType: { decimal: { scale: 2, precision: 10 } }, nullable: true, metadata: '{}' },
      { name: 'a', dataType: { array: { elementType: { varChar: { length: 3 } } } } },
      { name: 'm', dataType: { map: { keyType: { string: {} }, valueType: { timestampNtz: {} } } } },
      { name: 'i', dataType: { dayTimeInterval: { startField: 1, endField: 3 } } },
      { name: 'u', dataType: { udt: { sqlType: { binary: {} } } } },
      { name: 'x', dataType: { unparsed: { dataTypeString: 't' } } },
      ...['null', 'boolean', 'byte', 'short', 'integer', 'long', 'float', 'double', 'date', 'timestamp'].map(
        (kind) => ({ name: kind, dataType: { [kind]: {} } }),
      ),
      { name: 'c', dataType: { calendarInterval: {} } },
      { name: 'y', dataType: { yearMonthInterval: { startField: 1, endField: 1 } } },
      { name: 'f', dataType: { char: { length: 7 } } },
    ],
  },
};

interface Sample {
  readonly name: string;
  readonly table: { encode(value: never): Buffer; decode(bytes: Uint8Array): unknown };
  readonly values: readonly object[];
  readonly since?: '4.0';
}

const samples: readonly Sample[] = [
  { name: 'DataType', table: dataType, values: [type] },
  { name: 'DataType', table: dataType, values: [{ variant: {} }], since: '4.0' },
  {
    name: 'ExecutePlanRequest',
    table: messages.executePlanRequest,
    values: [{ ...operation, plan, requestOptions: [{ reattachOptions: { reattachable: true } }] }],
  },
  {
    name: 'ExecutePlanResponse',
    table: messages.executePlanResponse,
    values: [
      { sessionId: 's', operationId: 'o', responseId: 'r', schema: type },
      { arrowBatch: { rowCount: 2, data: Buffer.of(1, 2) } },
      { resultComplete: {} },
      {
        metrics: {
          metrics: [{ name: 'n', executionMetrics: { k: { name: 'x', value: 7, metricType: 't' } } }],
        },
      },
    ],
  },
  {
    name: 'ExecutePlanResponse',
    table: messages.executePlanResponse,
    values: [
      {
        executionProgress: {
          stages: [{ numTasks: 3, numCompletedTasks: 1, inputBytesRead: 9 }],
          numInflightTasks: 2,
        },
      },
    ],
    since: '4.0',
  },
  {
    name: 'ReattachExecuteRequest',
    table: messages.reattachExecuteRequest,
    values: [{ ...operation, lastResponseId: 'r' }],
  },
  {
    name: 'ReleaseExecuteRequest',
    table: messages.releaseExecuteRequest,
    values: [{ ...operation, releaseAll: {} }],
  },
  {
    name: 'ConfigRequest',
    table: messages.configRequest,
    values: [
      { set: { pairs: [{ key: 'k', value: 'v' }] } },
      { get: { keys: ['k'] } },
      { getOption: { keys: ['k'] } },
      { getAll: { prefix: 'p' } },
      { unset: { keys: ['k'] } },
      { isModifiable: { keys: ['k'] } },
    ].map((op) => ({ ...caller, clientType: 'c', operation: op })),
  },
  {
    name: 'ConfigResponse',
    table: messages.configResponse,
    values: [{ pairs: [{ key: 'k', value: 'v' }], warnings: ['w'] }],
  },
  {
    name: 'AnalyzePlanRequest',
    table: messages.analyzePlanRequest,
    values: [{ schema: { plan } }, { explain: { plan, explainMode: 2 } }, { sparkVersion: {} }].map(
      (analyze) => ({
        ...caller,
        clientType: 'c',
        ...analyze,
      }),
    ),
  },
  {
    name: 'AnalyzePlanResponse',
    table: messages.analyzePlanResponse,
    values: [
      { schema: { schema: type } },
      { explain: { explainString: 'e' } },
      { sparkVersion: { version: 'v' } },
    ],
  },
  {
    name: 'InterruptRequest',
    table: messages.interruptRequest,
    values: [{ ...operation, interruptType: 3 }],
  },
  { name: 'InterruptResponse', table: messages.interruptResponse, values: [{ interruptedIds: ['a', 'b'] }] },
  {
    name: 'ReleaseSessionRequest',
    table: messages.releaseSessionRequest,
    values: [{ ...caller, clientType: 'c' }],
    since: '4.0',
  },
  {
    name: 'FetchErrorDetailsRequest',
    table: messages.fetchErrorDetailsRequest,
    values: [{ ...caller, errorId: 'e', clientType: 'c' }],
    since: '4.0',
  },
  {
    name: 'FetchErrorDetailsResponse',
    table: messages.fetchErrorDetailsResponse,
    values: [
      {
        rootErrorIdx: 1,
        errors: [
          {
            errorTypeHierarchy: ['a'],
            message: 'm',
            causeIdx: 2,
            sparkThrowable: { errorClass: 'c', sqlState: 's' },
          },
        ],
      },
    ],
    since: '4.0',
  },
];

/** Maps compare as objects, bytes as text, and what is not set not at all. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, item: unknown) => (item instanceof Map ? Object.fromEntries(item) : item)),
  );
}

describe.each(['3.5', '4.0'] as const)(
  'the messages of Spark Connect %s, by its own .proto files',
  (version) => {
    let dir: string;
    let root: protobuf.Root;

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'senbon-proto-'));
      const { home, connectJar } = await sparkPeer(version);
      const folder = connectJar ?? join(home, 'jars');
      const jar = (await readdir(folder)).find((name) => name.startsWith('spark-connect_')) ?? '';
      await run(
        'jar',
        ['--extract', '--file', join(folder, jar), 'spark/connect', 'google/protobuf/any.proto'],
        { cwd: dir },
      );
      root = new protobuf.Root();
      root.resolvePath = (_, target) => join(dir, target);
      await root.load('spark/connect/base.proto');
    }, SPARK_FETCH_TIMEOUT_MS);
    afterAll(async () => rm(dir, { recursive: true, force: true }));

    const known = samples.filter(({ since }) => since === undefined || since === version);
    it.each(known)('$name', ({ name, table, values }) => {
      const theirs = root.lookupType(`spark.connect.${name}`);
      for (const value of values) {
        const written = theirs.decode(table.encode(withMaps(value) as never));
        expect(plain(theirs.toObject(written, { bytes: Buffer, longs: Number, enums: Number }))).toEqual(
          plain(value),
        );
        const read = table.decode(theirs.encode(theirs.fromObject(value)).finish());
        expect(plain(asBuffers(read))).toEqual(plain(value));
      }
    });
  },
);

/** Our tables take a Map where protobuf.js takes an object. */
function withMaps(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(withMaps);
  const entries = Object.entries(value).map(([key, item]) => [key, withMaps(item)] as const);
  return Object.fromEntries(
    entries.map(([key, item]) => [
      key,
      key === 'executionMetrics' ? new Map(Object.entries(item as object)) : item,
    ]),
  );
}

function asBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (value instanceof Map) return asBuffers(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(asBuffers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asBuffers(item)]));
}
