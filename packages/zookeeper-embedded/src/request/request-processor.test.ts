import { beforeEach, describe, expect, it } from 'vitest';
import { CAPTURED_EXCHANGE } from '../testing/captured-exchange.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { OPEN_ACL, Permission } from '../tree/acl.ts';
import { Database } from '../tree/database.ts';
import type { WatchEvent } from '../watch/watch-event.ts';
import { ErrorCode } from '../wire/error-code.ts';
import { JuteError, JuteReader } from '../wire/jute-reader.ts';
import { JuteWriter } from '../wire/jute-writer.ts';
import { OpCode } from '../wire/op-code.ts';
import { encodeReply } from '../wire/packet-framer.ts';
import {
  AclResponse,
  AuthPacket,
  CountResponse,
  CreateRequest,
  CreateTtlRequest,
  DataResponse,
  ErrorResponse,
  MultiHeader,
  PathRequest,
  PathResponse,
  PathsResponse,
  PathVersionRequest,
  PathWatchRequest,
  ReplyHeader,
  RequestHeader,
  SetAclRequest,
  SetDataRequest,
  WatcherEvent,
} from '../wire/records.ts';
import type { Acl, Id } from '../wire/records.ts';
import type { Client } from './request-context.ts';
import { MAX_REPLY_BYTES, RequestProcessor } from './request-processor.ts';

type Body = (writer: JuteWriter) => void;

/** A client without a connection: what it is told stays here. */
class FakeClient implements Client {
  readonly remoteAddress = '127.0.0.1';
  readonly identities: Id[] = [];
  readonly told: WatchEvent[] = [];
  sessionId = 7n;

  addIdentity(id: Id): boolean {
    this.identities.unshift(id);
    return this.identities.length < 5;
  }

  notify(event: WatchEvent): void {
    this.told.push(event);
  }
}

let clock: FakeClock;
let database: Database;
let client: FakeClient;
let ended: bigint[];
let processor: RequestProcessor;

beforeEach(() => {
  clock = new FakeClock();
  database = new Database(clock);
  client = new FakeClient();
  ended = [];
  processor = new RequestProcessor(database, (id) => {
    ended.push(id);
    database.closeSession(id);
  });
});

function packet(type: number, body?: Body, xid = 1): Buffer {
  const writer = new JuteWriter(1 << 24);
  RequestHeader.write(writer, { xid, type });
  body?.(writer);
  return writer.finish();
}

function send(type: number, body?: Body) {
  const processed = processor.process(client, packet(type, body));
  const reader = new JuteReader(processed.reply.subarray(4));
  const header = ReplyHeader.read(reader);
  expect(header.err).toBe(processed.err);
  return { ...header, isLast: processed.isLast, body: reader };
}

const creating = (path: string, flags = 0, acl: readonly Acl[] = OPEN_ACL): Body => {
  return (writer) => CreateRequest.write(writer, { path, data: null, acl, flags });
};
const at =
  (path: string): Body =>
  (writer) =>
    PathRequest.write(writer, { path });
const reading =
  (path: string): Body =>
  (writer) =>
    PathWatchRequest.write(writer, { path, watch: false });
const expecting =
  (path: string, version = -1): Body =>
  (writer) =>
    PathVersionRequest.write(writer, { path, version });

function list(...ops: readonly (readonly [type: number, body: Body])[]): Body {
  return (writer) => {
    for (const [type, body] of ops) {
      MultiHeader.write(writer, { type, done: false, err: -1 });
      body(writer);
    }
    MultiHeader.write(writer, { type: -1, done: true, err: -1 });
  };
}

function readErrors(reader: JuteReader): number[] {
  const errors: number[] = [];
  for (let header = MultiHeader.read(reader); !header.done; header = MultiHeader.read(reader)) {
    expect(header.type).toBe(OpCode.error);
    expect(ErrorResponse.read(reader).err).toBe(header.err);
    errors.push(header.err);
  }
  return errors;
}

describe('a captured exchange, played again', () => {
  /** The time is the one thing that cannot be the same. */
  const masked = (hex: string): string => {
    const ownTime = BigInt(clock.now()).toString(16).padStart(16, '0');
    return hex.replaceAll(ownTime, '(time)').replaceAll(/000001a207[0-9a-f]{6}/g, '(time)');
  };

  it('gives, byte for byte, the replies and events of the real server', () => {
    const [, connectResponse] = CAPTURED_EXCHANGE;
    clock = new FakeClock(Date.UTC(2025, 0, 1, 0, 0, 0, 1));
    database = new Database(clock);
    while (database.lastZxid < 0x1c1a) database.takeZxid();
    processor = new RequestProcessor(database, (id) => database.closeSession(id));
    client.identities.push({ scheme: 'ip', id: '127.0.0.1' });
    client.sessionId = BigInt(`0x${connectResponse!.hex.slice(24, 40)}`);

    const ours: string[] = [];
    const theirs: string[] = [];
    client.notify = ({ type, path, zxid }) => {
      const event = encodeReply(100, { xid: -1, zxid, err: 0 }, (writer) =>
        WatcherEvent.write(writer, { type, state: 3, path }),
      );
      ours.push(event.toString('hex'));
    };
    for (const { from, hex } of CAPTURED_EXCHANGE.slice(2)) {
      if (from === 'server') theirs.push(hex);
      else ours.push(processor.process(client, Buffer.from(hex, 'hex').subarray(4)).reply.toString('hex'));
    }
    // closeSession takes a zxid that the event of nobody shows.
    expect(ours.map(masked)).toEqual(theirs.map(masked));
    expect(ours).toHaveLength(19);
  });
});

describe('creating', () => {
  it('answers create with the path and create2 with path and stat', () => {
    const plain = send(OpCode.create, creating('/a'));
    expect(PathResponse.read(plain.body).path).toBe('/a');
    expect(plain.body.remaining).toBe(0);
    for (const type of [OpCode.create2, OpCode.createContainer]) {
      const reply = send(type, creating(`/a${type}`, type === OpCode.createContainer ? 4 : 0));
      expect(PathResponse.read(reply.body).path).toBe(`/a${type}`);
      expect(reply.body.remaining).toBe(68);
    }
  });

  it('keeps a TTL node and a container until they have expired', () => {
    send(OpCode.createTtl, (writer) => {
      CreateTtlRequest.write(writer, { path: '/t', data: null, acl: OPEN_ACL, flags: 5, ttl: 1000 });
    });
    send(OpCode.createContainer, creating('/c', 4));
    send(OpCode.create, creating('/c/x'));
    clock.advance(1001);
    expect(database.sweep()).toBe(1);
    send(OpCode.delete, expecting('/c/x'));
    expect(database.sweep()).toBe(1);
    expect([...database.tree.need('/').children]).toEqual(['zookeeper']);
  });

  it('gives an ephemeral to the session that asks', () => {
    send(OpCode.create, creating('/e', 1));
    expect(database.tree.ephemeralsOf(7n)).toEqual(['/e']);
  });
});

describe('reading', () => {
  beforeEach(() => {
    for (const path of ['/a', '/a/b', '/a/c', '/a/b/d']) send(OpCode.create, creating(path));
  });

  it('counts all descendants', () => {
    expect(CountResponse.read(send(OpCode.getAllChildrenNumber, at('/a')).body).count).toBe(3);
    expect(CountResponse.read(send(OpCode.getAllChildrenNumber, at('/')).body).count).toBe(7);
    expect(send(OpCode.getAllChildrenNumber, at('/x')).err).toBe(ErrorCode.noNode);
  });

  it('lists children in the order they were made', () => {
    expect(PathsResponse.read(send(OpCode.getChildren, reading('/a')).body).paths).toEqual(['b', 'c']);
  });

  it.each([
    ['', ['/e1', '/a/e2']],
    ['/', ['/e1', '/a/e2']],
    ['/a', ['/a/e2']],
    ['/nothing', []],
  ])('lists own ephemerals below %j', (prefix, expected) => {
    send(OpCode.create, creating('/e1', 1));
    send(OpCode.create, creating('/a/e2', 1));
    expect(PathsResponse.read(send(OpCode.getEphemerals, at(prefix)).body).paths).toEqual(expected);
  });

  it('echoes the path of a sync', () => {
    expect(PathResponse.read(send(OpCode.sync, at('/any')).body).path).toBe('/any');
  });

  it('watches an absent node only when asked to exist', () => {
    const watching =
      (path: string): Body =>
      (writer) =>
        PathWatchRequest.write(writer, { path, watch: true });
    for (const type of [OpCode.getData, OpCode.getChildren, OpCode.getChildren2]) {
      expect(send(type, watching('/new')).err).toBe(ErrorCode.noNode);
    }
    expect(database.watches.count).toBe(0);
    expect(send(OpCode.exists, watching('/new')).err).toBe(ErrorCode.noNode);
    expect(send(OpCode.exists, watching('/n\0')).err).toBe(ErrorCode.badArguments);
    send(OpCode.create, creating('/new'));
    expect(client.told).toMatchObject([{ type: 1, path: '/new' }]);
  });

  it('refuses a reply above its bound and stays in step', () => {
    send(OpCode.setData, (writer) =>
      SetDataRequest.write(writer, { path: '/a', data: Buffer.alloc(1_000_000), version: -1 }),
    );
    const tenTimes = list(...Array.from({ length: 10 }, () => [OpCode.getData, reading('/a')] as const));
    const reply = send(OpCode.multiRead, tenTimes);
    expect(10_000_000).toBeGreaterThan(MAX_REPLY_BYTES);
    expect(reply).toMatchObject({ xid: 1, err: ErrorCode.marshallingError });
    expect(reply.body.remaining).toBe(0);
    expect(send(OpCode.exists, reading('/a')).err).toBe(ErrorCode.ok);
  });
});

describe('permissions', () => {
  const ANN: Id = { scheme: 'digest', id: 'ann:7RJfAeIvrl4zdj6sS2fXrQHDvHM=' };
  const authenticating =
    (scheme: string, auth: string): Body =>
    (writer) => {
      AuthPacket.write(writer, { type: 0, scheme, auth: Buffer.from(auth) });
    };

  it('keep a node from all but its creator', () => {
    send(OpCode.auth, authenticating('digest', 'ann:secret'));
    send(OpCode.create, creating('/a', 0, [{ perms: Permission.all, id: { scheme: 'auth', id: '' } }]));
    expect(database.tree.need('/a').acl).toEqual([{ perms: Permission.all, id: ANN }]);
    const requests: (readonly [number, Body])[] = [
      [OpCode.exists, reading('/a')],
      [OpCode.getData, reading('/a')],
      [OpCode.getChildren, reading('/a')],
      [OpCode.getChildren2, reading('/a')],
      [OpCode.getAllChildrenNumber, at('/a')],
      [OpCode.getAcl, at('/a')],
      [OpCode.create, creating('/a/b')],
      [OpCode.setData, (writer) => SetDataRequest.write(writer, { path: '/a', data: null, version: -1 })],
      [OpCode.setAcl, (writer) => SetAclRequest.write(writer, { path: '/a', acl: OPEN_ACL, version: -1 })],
    ];
    const own = [...client.identities];
    client.identities.length = 0;
    for (const [type, body] of requests)
      expect([type, send(type, body).err]).toEqual([type, ErrorCode.noAuth]);
    client.identities.push(...own);
    for (const [type, body] of requests) expect([type, send(type, body).err]).toEqual([type, ErrorCode.ok]);
  });

  it('show hashes to those only who may change the list', () => {
    const acl: Acl[] = [
      { perms: Permission.all, id: ANN },
      { perms: Permission.read, id: { scheme: 'world', id: 'anyone' } },
    ];
    send(OpCode.create, creating('/a', 0, acl));
    const seen = () => AclResponse.read(send(OpCode.getAcl, at('/a')).body).acl[0]?.id.id;
    expect(seen()).toBe('ann:x');
    client.identities.push(ANN);
    expect(seen()).toBe(ANN.id);
  });

  it.each(['sasl', 'world', 'auth', ''])('end the connection on the scheme %j', (scheme) => {
    const reply = send(OpCode.auth, authenticating(scheme, 'x'));
    expect(reply).toMatchObject({ err: ErrorCode.authFailed, zxid: 0, isLast: true });
  });

  it('end the connection when there are too many identities', () => {
    for (let i = 0; i < 4; i += 1)
      expect(send(OpCode.auth, authenticating('digest', `u${i}:x`)).isLast).toBe(false);
    expect(send(OpCode.auth, authenticating('digest', 'u5:x'))).toMatchObject({
      err: ErrorCode.authFailed,
      isLast: true,
    });
  });
});

describe('multi', () => {
  it('makes all changes under one zxid', () => {
    const before = database.lastZxid;
    const reply = send(
      OpCode.multi,
      list(
        [OpCode.create, creating('/a')],
        [OpCode.create2, creating('/a/n-', 2)],
        [OpCode.check, expecting('/a', 0)],
        [
          OpCode.setData,
          (writer) => SetDataRequest.write(writer, { path: '/a', data: Buffer.from('x'), version: 0 }),
        ],
        [OpCode.delete, expecting('/a/n-0000000000', 0)],
      ),
    );
    expect(reply).toMatchObject({ err: ErrorCode.ok, zxid: before + 1 });
    expect(database.tree.need('/a')).toMatchObject({
      czxid: before + 1,
      mzxid: before + 1,
      pzxid: before + 1,
      version: 1,
    });
  });

  it('makes none when one fails, and says which', () => {
    const before = database.lastZxid;
    const reply = send(
      OpCode.multi,
      list(
        [OpCode.create, creating('/a')],
        [OpCode.create, creating('/b')],
        [OpCode.delete, expecting('/nothing')],
        [OpCode.create, creating('/c')],
      ),
    );
    expect(reply).toMatchObject({ err: ErrorCode.ok, zxid: before + 1 });
    expect(readErrors(reply.body)).toEqual([0, 0, ErrorCode.noNode, ErrorCode.runtimeInconsistency]);
    expect([...database.tree.need('/').children]).toEqual(['zookeeper']);
    expect(client.told).toEqual([]);
  });

  it('does not use up a number for a sequential node that was taken back', () => {
    send(OpCode.create, creating('/q'));
    send(OpCode.multi, list([OpCode.create, creating('/q/n-', 2)], [OpCode.check, expecting('/q', 9)]));
    expect(PathResponse.read(send(OpCode.create, creating('/q/n-', 2)).body).path).toBe('/q/n-0000000000');
  });

  it('tells watchers after all of it', () => {
    database.watches.watchForGood('/', client, 1);
    send(OpCode.multi, list([OpCode.create, creating('/a')], [OpCode.create, creating('/b')]));
    expect(client.told.map(({ path }) => path)).toEqual(['/a', '/b']);
    expect(new Set(client.told.map(({ zxid }) => zxid))).toEqual(new Set([database.lastZxid]));
  });

  it('takes an empty list', () => {
    expect(readErrors(send(OpCode.multi, list()).body)).toEqual([]);
  });

  it.each([
    ['a read', OpCode.getData],
    ['a multi', OpCode.multi],
    ['a setACL', OpCode.setAcl],
    ['nonsense', 999],
  ])('refuses %s inside', (_what, type) => {
    expect(send(OpCode.multi, list([OpCode.create, creating('/a')], [type, reading('/')])).err).toBe(
      ErrorCode.marshallingError,
    );
    expect(database.tree.get('/a')).toBeUndefined();
  });
});

describe('multiRead', () => {
  it('answers each read for itself', () => {
    send(OpCode.create, creating('/a'));
    const { body, err } = send(
      OpCode.multiRead,
      list(
        [OpCode.getData, reading('/a')],
        [OpCode.getData, reading('/x')],
        [OpCode.getChildren, reading('/')],
      ),
    );
    expect(err).toBe(ErrorCode.ok);
    expect(MultiHeader.read(body)).toEqual({ type: OpCode.getData, done: false, err: 0 });
    expect(DataResponse.read(body).data).toBeNull();
    expect(MultiHeader.read(body)).toEqual({ type: OpCode.error, done: false, err: ErrorCode.noNode });
    expect(ErrorResponse.read(body).err).toBe(ErrorCode.noNode);
    expect(MultiHeader.read(body)).toEqual({ type: OpCode.getChildren, done: false, err: 0 });
    expect(PathsResponse.read(body).paths).toEqual(['zookeeper', 'a']);
    expect(MultiHeader.read(body).done).toBe(true);
  });

  it('refuses a change inside', () => {
    expect(send(OpCode.multiRead, list([OpCode.create, creating('/a')])).err).toBe(
      ErrorCode.marshallingError,
    );
  });
});

describe('what cannot be answered', () => {
  it.each([13, 16 + 1000, 20, 102, 0, -10, -1])(
    'says of the unknown type %i that it is not implemented',
    (type) => {
      expect(send(type, reading('/'))).toMatchObject({ err: ErrorCode.unimplemented, isLast: false });
    },
  );

  it('says that there is nothing to reconfigure', () => {
    expect(send(OpCode.reconfig).err).toBe(ErrorCode.reconfigDisabled);
  });

  it('says of a body that is cut off that it cannot be read', () => {
    const whole = packet(OpCode.create, creating('/a'));
    for (let end = 8; end < whole.length; end += 1) {
      expect(processor.process(client, whole.subarray(0, end)).err).toBe(ErrorCode.marshallingError);
    }
    expect(database.tree.get('/a')).toBeUndefined();
  });

  it('gives up on a packet without a header', () => {
    expect(() => processor.process(client, Buffer.alloc(7))).toThrow(JuteError);
  });

  it('answers anything that has a header, whatever follows it', () => {
    let state = 1;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state % below;
    };
    const types = Object.values(OpCode);
    for (let i = 0; i < 5000; i += 1) {
      const bytes = Buffer.from(
        Array.from({ length: 8 + random(60) }, () => (random(3) === 0 ? random(256) : 0)),
      );
      bytes.writeInt32BE(types[random(types.length)]!, 4);
      expect(processor.process(client, bytes).reply.length).toBeGreaterThanOrEqual(20);
    }
  });
});

describe('closeSession', () => {
  it('ends the session, then the connection', () => {
    send(OpCode.create, creating('/e', 1));
    expect(send(OpCode.closeSession)).toMatchObject({ err: ErrorCode.ok, isLast: true });
    expect(ended).toEqual([7n]);
    expect(database.tree.get('/e')).toBeUndefined();
  });
});
