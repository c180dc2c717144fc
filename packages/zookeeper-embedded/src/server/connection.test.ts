import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import type { RawClient } from '../testing/raw-client.ts';
import { startTestServer } from '../testing/start.ts';
import { OPEN_ACL } from '../tree/acl.ts';
import { ErrorCode } from '../wire/error-code.ts';
import type { JuteWriter } from '../wire/jute-writer.ts';
import { OpCode } from '../wire/op-code.ts';
import { CreateRequest, PathTypeRequest, PathWatchRequest, SetDataRequest } from '../wire/records.ts';
import { MAX_OUTGOING_BYTES, MAX_REQUEST_BYTES } from './connection.ts';

const reading = (path: string) => (writer: JuteWriter) =>
  PathWatchRequest.write(writer, { path, watch: false });
const HEADER_BYTES = 8;

async function makeLarge(client: RawClient, path: string): Promise<void> {
  await client.create(path, 0, Buffer.alloc(1_000_000));
}

describe('before there is a session', () => {
  it('a silent connection is closed in time', async () => {
    const { open, clock, connect } = await startTestServer({ handshakeTimeoutMs: 700 });
    const silent = await open();
    const slow = await open();
    slow.socket.write(Buffer.from([0, 0, 0]));
    await (await connect({ timeoutMs: 60_000 })).ping();
    clock.advance(699);
    expect(silent.socket.destroyed).toBe(false);
    clock.advance(1);
    await Promise.all([silent.closed, slow.closed]);
  });

  it.each([
    ['a negative length', 'ffffffff'],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n').toString('hex')],
    ['TLS', '160301020001000001fc0303'],
    ['more than a connect request can be', '00000401'],
    ['an empty packet', '00000000'],
    ['a connect request cut short', '0000000500000000ff'],
    ['an impossible password length', '0000001c00000000000000000000000000002ee000000000000000007fffffff'],
  ])('%s ends the connection', async (_what, hex) => {
    const { open } = await startTestServer();
    const client = await open();
    client.socket.write(Buffer.from(hex, 'hex'));
    await client.closed;
  });

  it('the first packet may come one byte at a time', async () => {
    const { open } = await startTestServer();
    const client = await open();
    client.socket.setNoDelay(true);
    const bytes = Buffer.from(
      '0000002d00000000000000000000000000002ee00000000000000000000000100000000000000000000000000000000000',
      'hex',
    );
    for (const byte of bytes) client.socket.write(Buffer.from([byte]));
    await once(client.socket, 'data');
  });
});

describe('requests', () => {
  it('may be as large as jute.maxbuffer and not larger', async () => {
    const { connect } = await startTestServer();
    const client = await connect();
    // Path, data's length, one entry of the list, flags.
    const bytesAround = HEADER_BYTES + (4 + 2) + 4 + (4 + 4 + 4 + 5 + 4 + 6) + 4;
    const fits = await client.create('/a', 0, Buffer.alloc(MAX_REQUEST_BYTES - bytesAround));
    expect(fits.err).toBe(ErrorCode.ok);
    await expect(client.create('/b', 0, Buffer.alloc(MAX_REQUEST_BYTES - bytesAround + 1))).rejects.toThrow(
      'closed',
    );
  });

  it('of an unknown type are answered and the connection stays', async () => {
    const { connect } = await startTestServer();
    const client = await connect();
    expect((await client.request(4711)).err).toBe(ErrorCode.unimplemented);
    expect((await client.create('/a')).err).toBe(ErrorCode.ok);
  });

  it('that cannot be read are answered and the connection stays', async () => {
    const { connect } = await startTestServer();
    const client = await connect();
    expect((await client.request(OpCode.create, (writer) => writer.writeInt(5))).err).toBe(
      ErrorCode.marshallingError,
    );
    expect((await client.create('/a')).err).toBe(ErrorCode.ok);
  });

  it('without a header end the connection, but not the session', async () => {
    const { connect } = await startTestServer();
    const client = await connect();
    client.socket.write(Buffer.from('00000001ff', 'hex'));
    await client.closed;
    expect((await connect(client.session)).session.sessionId).toBe(client.session.sessionId);
  });

  it('with an unknown scheme to authenticate by end the connection after the reply', async () => {
    const { connect } = await startTestServer();
    const client = await connect();
    expect((await client.auth('kerberos', 'x')).err).toBe(ErrorCode.authFailed);
    await client.closed;
  });

  it('after closeSession are not looked at', async () => {
    const { connect } = await startTestServer();
    const client = await connect();
    client.send(OpCode.closeSession, 1);
    client.send(OpCode.create, 2, (writer) => {
      CreateRequest.write(writer, { path: '/late', data: null, acl: OPEN_ACL, flags: 0 });
    });
    await client.closed;
    const other = await connect();
    expect((await other.request(OpCode.exists, reading('/late'))).err).toBe(ErrorCode.noNode);
  });
});

describe('a client that does not read', () => {
  it('has its further requests wait, and gets all its answers once it reads', async () => {
    const { connect, logged } = await startTestServer();
    const client = await connect();
    await makeLarge(client, '/large');
    client.socket.pause();
    const count = 40;
    for (let xid = 100; xid < 100 + count; xid += 1) client.send(OpCode.getData, xid, reading('/large'));
    const other = await connect();
    for (let i = 0; i < 20; i += 1) await other.ping();
    client.socket.resume();
    const last = await client.request(OpCode.ping, undefined, -2);
    expect(last.err).toBe(ErrorCode.ok);
    expect(client.arrivals).toHaveLength(1 + count + 1);
    expect(logged.filter(({ message }) => message.includes('does not read'))).toEqual([]);
  });

  it('is cut off when events pile up', async () => {
    const { connect, logged } = await startTestServer();
    const deaf = await connect({ timeoutMs: 60_000 });
    const path = `/${'x'.repeat(500_000)}`;
    await deaf.create(path);
    await deaf.request(OpCode.addWatch, (writer) => PathTypeRequest.write(writer, { path, type: 0 }));
    deaf.socket.pause();
    const other = await connect();
    const changes = Math.ceil(MAX_OUTGOING_BYTES / 500_000) + 20;
    for (let i = 0; i < changes; i += 1) {
      await other.request(OpCode.setData, (writer) =>
        SetDataRequest.write(writer, { path, data: null, version: -1 }),
      );
    }
    expect(logged).toContainEqual({
      level: 'warn',
      message: expect.stringContaining('cut off') as string,
    });
    deaf.socket.resume();
    await deaf.closed;
    expect((await other.ping()).err).toBe(ErrorCode.ok);
  });
});

describe('how many connections one address may have', () => {
  it('is bounded, and a place becomes free again', async () => {
    const { connect, open, logged } = await startTestServer({ maxClientConnections: 2 });
    const first = await connect();
    await connect();
    const third = await open();
    await third.closed;
    first.send(OpCode.closeSession, 1);
    await first.closed;
    await vi.waitFor(() => {
      expect(logged.map(({ message }) => message)).toContainEqual(expect.stringMatching(/closing -> closed/));
    });
    await connect();
  });

  it('is given first to those that ask for a session', async () => {
    const { connect, open } = await startTestServer({ maxClientConnections: 2 });
    const [oldest, newest] = [await open(), await open()];
    const client = await connect();
    await oldest.closed;
    expect((await client.ping()).err).toBe(ErrorCode.ok);
    await connect();
    await newest.closed;
    expect((await client.ping()).err).toBe(ErrorCode.ok);
  });

  it('is not bounded by 0', async () => {
    const { connect } = await startTestServer({ maxClientConnections: 0 });
    await Promise.all(Array.from({ length: 150 }, () => connect()));
  });
});

describe('a half-closed connection', () => {
  it('is closed after what it has asked was answered', async () => {
    const { connect } = await startTestServer();
    const client = await connect();
    const reply = client.request(OpCode.exists, reading('/'));
    client.socket.end();
    expect((await reply).err).toBe(ErrorCode.ok);
    await client.closed;
  });
});

describe('garbage', () => {
  it('harms the connection it comes from, at most', async () => {
    const { connect, open } = await startTestServer({ maxClientConnections: 0 });
    const witness = await connect({ timeoutMs: 60_000 });
    let state = 7;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return (state >>> 8) % below;
    };
    for (let i = 0; i < 200; i += 1) {
      const client = i % 2 === 0 ? await connect() : await open();
      const bytes = Buffer.from(Array.from({ length: 4 + random(200) }, () => random(256)));
      // Half of them look like a packet of the right length.
      if (i % 4 < 2) bytes.writeInt32BE(bytes.length - 4, 0);
      client.socket.end(bytes);
      await client.closed;
    }
    expect((await witness.create('/still-here')).err).toBe(ErrorCode.ok);
  });
});
