import { createRequire } from 'node:module';
import type { Codec } from '../messages/codec.ts';
import type { ListCodec, MapCodec } from '../messages/containers.ts';
import type { AnyStruct } from './samples.ts';

/**
 * An implementation that shares nothing with ours: Apache's npm `thrift` with the TCLIService that its compiler generated
 * (shipped inside npm `hive-driver`).
 */
interface OracleStruct extends Record<string, unknown> {
  read(protocol: OracleProtocol): void;
  write(protocol: OracleProtocol): void;
}
interface OracleProtocol {
  readMessageBegin(): { fname: string; mtype: number; rseqid: number };
  flush(): void;
}
type StructClass = new () => OracleStruct;
type Receiver = (error: unknown, response: OracleStruct) => void;
interface OracleClient {
  seqid(): number;
  [method: string]: unknown;
}
interface Thrift {
  TBinaryProtocol: new (transport: unknown) => OracleProtocol;
  TFramedTransport: new (input: Buffer) => unknown;
  TBufferedTransport: new (input: undefined, onFlush: (message: Buffer) => void) => unknown;
}
interface Service {
  Client: new (output: unknown, protocol: Thrift['TBinaryProtocol']) => OracleClient;
  Processor: new (handler: unknown) => { process(input: unknown, output: unknown): void };
}

const require = createRequire(import.meta.url);
const thrift = require('thrift') as Thrift;
const service = require('hive-driver/thrift/gen-nodejs/TCLIService.js') as Service;
const Int64 = require('node-int64') as new (bytes: Buffer) => { buffer: Buffer; offset: number };
export const oracleTypes = require('hive-driver/thrift/gen-nodejs/TCLIService_types.js') as Record<
  string,
  unknown
>;
export const oracleMethods: readonly string[] = Object.keys(service.Client.prototype as object)
  .filter((name) => name.startsWith('send_'))
  .map((name) => name.slice('send_'.length));

export function oracleEncode(name: string, codec: Codec<unknown>, value: unknown): Buffer {
  return written((protocol) => (toOracle(codec, value, name) as OracleStruct).write(protocol));
}

export function oracleDecode(name: string, codec: Codec<unknown>, bytes: Uint8Array): unknown {
  const struct = new (oracleTypes[name] as StructClass)();
  struct.read(reading(bytes));
  return fromOracle(codec, struct);
}

/** The whole call message as the generated client writes it. */
export function oracleCall(method: string, name: string, codec: Codec<unknown>, request: unknown): Buffer {
  return captured((transport) => {
    const client = new service.Client(transport, thrift.TBinaryProtocol);
    (client[method] as (request: unknown, receiver: Receiver) => void).call(
      client,
      toOracle(codec, request, name),
      () => {},
    );
  });
}

/** What the generated client makes of a reply: its response or the exception. */
export function oracleReceive(method: string, message: Uint8Array): Promise<OracleStruct> {
  return new Promise((resolve, reject) => {
    const transport = new thrift.TBufferedTransport(undefined, () => {});
    const client = new service.Client(transport, thrift.TBinaryProtocol);
    const receiver: Receiver = (error, response) => {
      if (error) reject(error as Error);
      else resolve(response);
    };
    const protocol = reading(message);
    const { mtype, rseqid } = protocol.readMessageBegin();
    client['_reqs'] = { [rseqid]: receiver };
    const receive = client[`recv_${method}`] as (input: OracleProtocol, type: number, seqId: number) => void;
    receive.call(client, protocol, mtype, rseqid);
  });
}

/** What the generated server answers to a call, when its handler gives `response`. */
export function oracleServe(
  message: Uint8Array,
  method: string,
  answer: (request: OracleStruct) => unknown,
): Promise<Buffer> {
  return new Promise((resolve) => {
    const handler = {
      [method]: (request: OracleStruct, done: (error: unknown, response?: unknown) => void) => {
        try {
          done(null, answer(request));
        } catch (error) {
          done(error);
        }
      },
    };
    const output = new thrift.TBinaryProtocol(new thrift.TBufferedTransport(undefined, resolve));
    new service.Processor(handler).process(reading(message), output);
  });
}

/** Our message as an object of the generated classes. */
export function toOracle(codec: Codec<unknown>, value: unknown, name?: string): unknown {
  switch (codec.kind) {
    case 'list':
      return (value as readonly unknown[]).map((item) =>
        toOracle((codec as ListCodec<unknown>).element, item),
      );
    case 'map':
      return Object.fromEntries(
        [...(value as Map<string, unknown>)].map(([key, item]) => [
          key,
          toOracle((codec as MapCodec<unknown>).value, item),
        ]),
      );
    case 'struct':
    case 'union': {
      const struct = new (oracleTypes[name ?? (codec as AnyStruct).name] as StructClass)();
      for (const [key, field] of Object.entries((codec as AnyStruct).fields)) {
        const item = (value as Record<string, unknown>)[key];
        struct[wireName(key)] = item === undefined ? null : toOracle(field.codec, item);
      }
      return struct;
    }
    case 'i64': {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64BE(value as bigint);
      return new Int64(bytes);
    }
    default:
      return value;
  }
}

export function fromOracle(codec: Codec<unknown>, value: unknown): unknown {
  switch (codec.kind) {
    case 'list':
      return (value as readonly unknown[]).map((item) =>
        fromOracle((codec as ListCodec<unknown>).element, item),
      );
    case 'map':
      return new Map(
        Object.entries(value as object).map(([key, item]) => [
          key,
          fromOracle((codec as MapCodec<unknown>).value, item),
        ]),
      );
    case 'struct':
    case 'union': {
      const entries = Object.entries((codec as AnyStruct).fields)
        .map(([key, field]) => [key, field, (value as OracleStruct)[wireName(key)]] as const)
        .filter(([, , item]) => item !== null && item !== undefined)
        .map(([key, field, item]) => [key, fromOracle(field.codec, item)]);
      return Object.fromEntries(entries);
    }
    case 'i64': {
      const { buffer, offset } = value as { buffer: Buffer; offset: number };
      return buffer.readBigInt64BE(offset);
    }
    case 'binary':
      return typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
    default:
      return value;
  }
}

/** The one field that the IDL does not write in camel case. */
function wireName(key: string): string {
  return key === 'clientProtocol' ? 'client_protocol' : key;
}

function reading(bytes: Uint8Array): OracleProtocol {
  return new thrift.TBinaryProtocol(new thrift.TFramedTransport(Buffer.from(bytes)));
}

function written(write: (protocol: OracleProtocol) => void): Buffer {
  return captured((transport) => {
    const protocol = new thrift.TBinaryProtocol(transport);
    write(protocol);
    protocol.flush();
  });
}

function captured(work: (transport: unknown) => void): Buffer {
  const parts: Buffer[] = [];
  work(new thrift.TBufferedTransport(undefined, (message) => parts.push(message)));
  return Buffer.concat(parts);
}
