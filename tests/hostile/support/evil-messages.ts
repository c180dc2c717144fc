import type { Handles } from './conversation.ts';

/** Thrift wire types. */
const T = { STOP: 0, BOOL: 2, I32: 8, I64: 10, STRING: 11, STRUCT: 12, MAP: 13, LIST: 15 } as const;

const MAX_I32 = 0x7fff_ffff;

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function field(type: number, id: number, ...value: Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from([type, id >> 8, id & 0xff]), ...value]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([i32(bytes.length), bytes]);
}

const stop = Buffer.from([T.STOP]);

/** A strict binary message. `type` 1 is a call. */
function message(method: string, body: Uint8Array, type = 1): Buffer {
  return Buffer.concat([Buffer.from([0x80, 0x01, 0x00, type]), text(method), i32(1), body]);
}

/** A call whose one argument is a request with these fields. */
function call(method: string, ...fields: Uint8Array[]): Buffer {
  return message(method, Buffer.concat([field(T.STRUCT, 1), ...fields, stop, stop]));
}

function handle(id: { readonly guid: Uint8Array; readonly secret: Uint8Array }): Buffer {
  const { guid, secret } = id;
  const parts = [field(T.STRING, 1, i32(guid.length), guid), field(T.STRING, 2, i32(secret.length), secret)];
  return Buffer.concat([field(T.STRUCT, 1), ...parts, stop]);
}

/** Field 1 of every request about a session: its handle. */
function sessionField({ session }: Handles): Buffer {
  return Buffer.concat([field(T.STRUCT, 1, handle(session)), stop]);
}

function operationField({ operation }: Handles): Buffer {
  const rest = [field(T.I32, 2, i32(0)), field(T.BOOL, 3, Buffer.from([1]))];
  return Buffer.concat([field(T.STRUCT, 1, handle(operation)), ...rest, stop]);
}

/** `levels` values, each within the one before; closed when that is wanted. */
function nestedStructs(levels: number, isClosed: boolean): Buffer {
  const open = Buffer.concat(Array.from({ length: levels }, () => field(T.STRUCT, 9)));
  return isClosed ? Buffer.concat([open, Buffer.alloc(levels + 1, T.STOP)]) : open;
}

function nestedLists(levels: number): Buffer {
  return Buffer.concat(Array.from({ length: levels }, () => Buffer.from([T.LIST, 0, 0, 0, 1])));
}

export interface EvilMessage {
  readonly name: string;
  encode(handles: Handles): Buffer;
}

const fixed = (name: string, bytes: Buffer): EvilMessage => ({ name, encode: () => bytes });

/** Whole messages, as far as their own lengths tell: each must be answered or end the connection, at once. */
export const evilMessages: readonly EvilMessage[] = [
  fixed('not Thrift', Buffer.from('SELECT 1; DROP TABLE students')),
  fixed('old unversioned Thrift', Buffer.concat([text('OpenSession'), Buffer.from([1]), i32(1), stop])),
  fixed('compact Thrift', Buffer.from([0x82, 0x21, 1, 11, ...Buffer.from('OpenSession'), 0])),
  fixed('only a version', Buffer.from([0x80, 0x01, 0, 1])),
  fixed('name of 2^31-1 bytes', Buffer.concat([Buffer.from([0x80, 1, 0, 1]), i32(MAX_I32), text('x')])),
  fixed('name of -1 bytes', Buffer.concat([Buffer.from([0x80, 1, 0, 1]), i32(-1), text('x')])),
  fixed('name of 1 MiB', message('x'.repeat(1_048_576), stop)),
  fixed('message type 0', message('OpenSession', stop, 0)),
  fixed('a reply', message('OpenSession', stop, 2)),
  fixed('an exception', message('OpenSession', stop, 3)),
  fixed('a oneway call', message('OpenSession', stop, 4)),
  fixed('unknown method', message('FormatDisk', stop)),
  fixed('method of an object', message('__proto__', stop)),
  fixed('method that every object has', message('constructor', stop)),
  fixed('no argument', message('OpenSession', stop)),
  fixed('argument of another type', message('OpenSession', Buffer.concat([field(T.I32, 1, i32(1)), stop]))),
  fixed('no body', message('OpenSession', Buffer.alloc(0))),
  fixed('unknown wire type', call('OpenSession', field(99, 1))),
  fixed('user of 2^31-1 bytes', call('OpenSession', field(T.STRING, 2, i32(MAX_I32)))),
  fixed('user of -1 bytes', call('OpenSession', field(T.STRING, 2, i32(-1)))),
  fixed('conf of 2^31-1 entries', call('OpenSession', field(T.MAP, 4, Buffer.from([11, 11]), i32(MAX_I32)))),
  fixed('conf of -1 entries', call('OpenSession', field(T.MAP, 4, Buffer.from([11, 11]), i32(-1)))),
  fixed('conf of 2^24 entries', call('OpenSession', field(T.MAP, 4, Buffer.from([11, 11]), i32(1 << 24)))),
  fixed(
    'conf of lists',
    call('OpenSession', field(T.I32, 1, i32(9)), field(T.MAP, 4, Buffer.from([11, 15]), i32(1), text('k'))),
  ),
  fixed(
    'list of 2^31-1 structs',
    call('OpenSession', field(T.LIST, 50, Buffer.from([T.STRUCT]), i32(MAX_I32))),
  ),
  fixed(
    'list of 2^31-1 nothings',
    call('OpenSession', field(T.LIST, 50, Buffer.from([T.STOP]), i32(MAX_I32))),
  ),
  fixed('list of -1', call('OpenSession', field(T.LIST, 50, Buffer.from([T.I32]), i32(-1)))),
  fixed('a million structs deep', call('OpenSession', nestedStructs(1_000_000, true))),
  fixed(
    'a hundred thousand lists deep',
    call('OpenSession', field(T.LIST, 50), nestedLists(100_000), Buffer.alloc(9)),
  ),
  fixed(
    'conf that nests',
    call('OpenSession', field(T.MAP, 50, Buffer.from([T.MAP, T.MAP]), i32(1)), nestedLists(99)),
  ),
  fixed('protocol 2^31-1', call('OpenSession', field(T.I32, 1, i32(MAX_I32)))),
  fixed('protocol -1', call('OpenSession', field(T.I32, 1, i32(-1)))),
  fixed('no handle', call('GetInfo', field(T.I32, 2, i32(17)))),
  fixed(
    'handle of 0 bytes',
    call('GetInfo', field(T.STRUCT, 1, handle({ guid: stop.subarray(1), secret: stop })), stop),
  ),
  {
    name: 'session handle twice',
    encode: (handles) =>
      call('GetInfo', sessionField(handles), sessionField(handles), field(T.I32, 2, i32(17))),
  },
  {
    name: 'bytes behind the message',
    encode: (handles) => Buffer.concat([call('CloseSession', sessionField(handles)), Buffer.from('more')]),
  },
  {
    name: 'statement of 2^31-1 bytes',
    encode: (handles) => call('ExecuteStatement', sessionField(handles), field(T.STRING, 2, i32(MAX_I32))),
  },
  {
    name: 'overlay of 2^31-1 entries',
    encode: (handles) =>
      call(
        'ExecuteStatement',
        sessionField(handles),
        field(T.STRING, 2, text('SELECT 1')),
        field(T.MAP, 3, Buffer.from([11, 11]), i32(MAX_I32)),
      ),
  },
  {
    name: 'statement that is not UTF-8',
    encode: (handles) =>
      call(
        'ExecuteStatement',
        sessionField(handles),
        field(T.STRING, 2, i32(4), Buffer.from([0xff, 0xc0, 0xed, 0xa0])),
      ),
  },
  {
    name: 'statement of NULs',
    encode: (handles) =>
      call('ExecuteStatement', sessionField(handles), field(T.STRING, 2, i32(9), Buffer.alloc(9))),
  },
  {
    name: 'no statement',
    encode: (handles) => call('ExecuteStatement', sessionField(handles)),
  },
  {
    name: 'table types of 2^31-1',
    encode: (handles) =>
      call('GetTables', sessionField(handles), field(T.LIST, 5, Buffer.from([T.STRING]), i32(MAX_I32))),
  },
  {
    name: 'table types of another type',
    encode: (handles) =>
      call(
        'GetTables',
        sessionField(handles),
        field(T.LIST, 5, Buffer.from([T.I32]), i32(2), i32(1), i32(1)),
      ),
  },
  {
    name: 'table types, 200,000 empty ones',
    encode: (handles) =>
      call(
        'GetTables',
        sessionField(handles),
        field(T.LIST, 5, Buffer.from([T.STRING]), i32(200_000), Buffer.alloc(800_000)),
      ),
  },
  {
    name: 'fetch of 2^63-1 rows',
    encode: (handles) =>
      call(
        'FetchResults',
        operationField(handles),
        field(T.I32, 2, i32(0)),
        field(T.I64, 3, i32(MAX_I32), i32(-1)),
      ),
  },
  {
    name: 'fetch of -2^63 rows',
    encode: (handles) =>
      call(
        'FetchResults',
        operationField(handles),
        field(T.I32, 2, i32(0)),
        field(T.I64, 3, i32(-MAX_I32 - 1), i32(0)),
      ),
  },
  {
    name: 'fetch in direction 99',
    encode: (handles) =>
      call(
        'FetchResults',
        operationField(handles),
        field(T.I32, 2, i32(99)),
        field(T.I64, 3, i32(0), i32(9)),
      ),
  },
];

/** What somebody sends who thinks that another protocol is spoken here. */
export const strangers: readonly (readonly [name: string, bytes: Buffer])[] = [
  ['a browser', Buffer.from('GET / HTTP/1.1\r\nHost: gateway\r\nUser-Agent: Mozilla/5.0\r\n\r\n')],
  ['HTTP/2', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1')],
  ['TLS', Buffer.concat([Buffer.from('16030100f5010000f10303', 'hex'), Buffer.alloc(234, 0x5a)])],
  ['SSH', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')],
  ['Redis', Buffer.from('*1\r\n$4\r\nPING\r\n')],
  ['PostgreSQL', Buffer.from('0000000804d2162f', 'hex')],
  ['SMTP', Buffer.from('EHLO gateway\r\n')],
  ['ZooKeeper', Buffer.concat([i32(45), Buffer.alloc(45)])],
  ['a four-letter word', Buffer.from('ruok')],
  ['SASL', Buffer.from('0100000005504c41494e05000000070061006e006e0061', 'hex')],
  ['Thrift without SASL', call('OpenSession', field(T.I32, 1, i32(9)))],
  ['a length of 2^31-1', i32(MAX_I32)],
  ['a length of -1', i32(-1)],
  ['a length of -2^31', i32(-MAX_I32 - 1)],
  ['lengths of 0', Buffer.alloc(65_536)],
  ['all ones', Buffer.alloc(65_536, 0xff)],
  ['a line without end', Buffer.alloc(65_536, 'A')],
];
