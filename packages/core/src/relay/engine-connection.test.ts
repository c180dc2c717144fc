import { once } from 'node:events';
import { encodeCall, encodeReply, TStatusCode } from '@senbon/hive-thrift';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHandle } from '../session/handle.ts';
import { FakeEngine, streamed } from '../testing/fake-engine.ts';
import { MemorySink } from '../testing/memory-sink.ts';
import { EngineConnection, type EngineConnectionOptions } from './engine-connection.ts';
import { CollectingSink } from './reply-sink.ts';

const MEBIBYTE = 1_048_576;
const request = encodeCall('GetInfo', 7, { sessionHandle: { sessionId: createHandle() }, infoType: 17 });
const reply = encodeReply('GetInfo', 7, {
  status: { statusCode: TStatusCode.SUCCESS },
  infoValue: { stringValue: 'fake' },
});

let engine: FakeEngine;
const opened: EngineConnection[] = [];

beforeEach(async () => {
  engine = await FakeEngine.start();
});
afterEach(async () => {
  for (const connection of opened.splice(0)) connection.destroy(new Error('the test is over'));
  await engine.close();
});

async function open(overrides: Partial<EngineConnectionOptions> = {}): Promise<EngineConnection> {
  const connection = await EngineConnection.open({
    endpoint: engine.endpoint,
    user: 'alice',
    password: 'token',
    loginTimeoutMs: 5_000,
    callTimeoutMs: 5_000,
    maxMessageBytes: 1024 * MEBIBYTE,
    ...overrides,
  });
  opened.push(connection);
  return connection;
}

describe('login', () => {
  it('is as the user, with the password given', async () => {
    const connection = await open();
    expect(connection.user).toBe('alice');
    expect(engine.logins).toEqual(['alice']);
    expect(engine.passwords).toEqual(['token']);
    expect(connection.isUsable).toBe(true);
  });

  it('that is refused says what the engine said, and never the password', async () => {
    await engine.close();
    engine = await FakeEngine.start({
      checkLogin: () => {
        throw new Error('the gateway token is 9 years old');
      },
    });
    const failure = await open().catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({
      code: 'ENGINE_REFUSED',
      message: expect.stringContaining('the gateway token is 9 years old'),
    });
    expect(JSON.stringify(failure)).not.toContain('"token"');
  });

  it('fails as unreachable where nobody listens', async () => {
    const { port } = engine;
    await engine.close();
    await expect(open({ endpoint: { host: '127.0.0.1', port } })).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: expect.stringContaining(`Engine 127.0.0.1:${port} cannot be reached`),
    });
  });

  describe('at a peer that is no engine', () => {
    let peer: Server;
    const sockets = new Set<Socket>();
    afterEach(async () => {
      peer.close();
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      await once(peer, 'close');
    });

    async function peerThat(behave: (socket: Socket) => void) {
      peer = createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => {});
        behave(socket);
      });
      peer.listen(0, '127.0.0.1');
      await once(peer, 'listening');
      return { host: '127.0.0.1', port: (peer.address() as AddressInfo).port };
    }

    it('fails when it says nothing in time', async () => {
      const endpoint = await peerThat((socket) => socket.resume());
      await expect(open({ endpoint, loginTimeoutMs: 30 })).rejects.toMatchObject({
        code: 'ENGINE_UNREACHABLE',
        message: expect.stringContaining('does not answer within 30 ms'),
      });
    });

    it('fails when it hangs up', async () => {
      const endpoint = await peerThat((socket) => socket.end());
      await expect(open({ endpoint })).rejects.toMatchObject({
        code: 'ENGINE_UNREACHABLE',
        message: expect.stringContaining('closed during the handshake'),
      });
    });

    it('fails when it speaks something else', async () => {
      const endpoint = await peerThat((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
      await expect(open({ endpoint })).rejects.toMatchObject({ code: 'ENGINE_REFUSED' });
    });
  });
});

describe('a reply', () => {
  it('is passed on as it is', async () => {
    const connection = await open();
    const sink = new MemorySink();
    await connection.exchange('GetInfo', request, sink);
    expect(sink.bytes.equals(reply)).toBe(true);
    expect(sink.announced).toBe(reply.length);
    expect(connection.isUsable).toBe(true);
  });

  it('may be cut at every byte, its length prefix too', async () => {
    const connection = await open();
    for (let at = 1; at < reply.length + 4; at++) {
      engine.write = (socket, framed) => {
        socket.write(framed.subarray(0, at), () => setImmediate(() => socket.write(framed.subarray(at))));
      };
      const sink = new MemorySink();
      await connection.exchange('GetInfo', request, sink);
      expect(sink.bytes.equals(reply), `cut at ${at}`).toBe(true);
    }
  });

  it('may come one byte at a time', async () => {
    const connection = await open();
    engine.write = (socket, framed) => {
      let at = 0;
      const next = () => {
        if (at < framed.length) socket.write(framed.subarray(at, ++at), () => setImmediate(next));
      };
      next();
    };
    const sink = new MemorySink();
    await connection.exchange('GetInfo', request, sink);
    expect(sink.bytes.equals(reply)).toBe(true);
  });

  it('follows the one before on the same connection', async () => {
    const connection = await open();
    for (let i = 0; i < 50; i++) {
      const sink = new CollectingSink(1_000);
      await connection.exchange('GetInfo', request, sink);
      expect(Buffer.from(sink.bytes).equals(reply)).toBe(true);
    }
    expect(engine.logins).toHaveLength(1);
  });

  it.each([0, -1, 0x7fffffff])('of announced length %d is refused', async (length) => {
    engine.write = (socket) => {
      const header = Buffer.alloc(8);
      header.writeInt32BE(length);
      socket.write(header);
    };
    const connection = await open({ maxMessageBytes: MEBIBYTE });
    const sink = new MemorySink();
    await expect(connection.exchange('GetInfo', request, sink)).rejects.toMatchObject({
      code: 'ENGINE_LOST',
      cause: { message: expect.stringContaining(`announced a reply of ${length} bytes`) },
    });
    expect(sink.announced).toBeNull();
    expect(connection.isUsable).toBe(false);
  });

  it('longer than announced ends the connection', async () => {
    engine.write = (socket, framed) => void socket.write(Buffer.concat([framed, Buffer.from('more')]));
    const connection = await open();
    await expect(connection.exchange('GetInfo', request, new MemorySink())).rejects.toMatchObject({
      code: 'ENGINE_LOST',
    });
    expect(connection.isUsable).toBe(false);
  });

  it('larger than its reader takes is an error, not a crash', async () => {
    const connection = await open();
    await expect(connection.exchange('GetInfo', request, new CollectingSink(10))).rejects.toMatchObject({
      code: 'ENGINE_LOST',
      cause: { message: expect.stringContaining('at most 10 were expected') },
    });
  });
});

describe('an engine that goes away', () => {
  it('before the reply: the call fails, the client may still be told', async () => {
    engine.write = (socket) => void socket.destroy();
    const connection = await open();
    const sink = new MemorySink();
    await expect(connection.exchange('GetInfo', request, sink)).rejects.toMatchObject({
      code: 'ENGINE_LOST',
      sqlState: '08003',
      vendorCode: 91_001,
      retryable: true,
      message: expect.stringContaining('while serving GetInfo'),
    });
    expect(sink.destroyedBy).toBeNull();
    expect(connection.isUsable).toBe(false);
  });

  it('in the middle of the reply: the client is cut off too', async () => {
    engine.write = (socket, framed) =>
      void socket.write(framed.subarray(0, framed.length - 1), () => socket.destroy());
    const connection = await open();
    const sink = new MemorySink();
    await expect(connection.exchange('GetInfo', request, sink)).rejects.toMatchObject({
      code: 'ENGINE_LOST',
    });
    expect(sink.destroyedBy).toMatchObject({ code: 'ENGINE_LOST' });
  });

  it('between two calls: the connection is known to be useless', async () => {
    const connection = await open();
    const [socket] = engine.sockets;
    socket?.destroy();
    await engine.until(({ sockets }) => sockets.size === 0);
    await expect.poll(() => connection.isUsable).toBe(false);
    await expect(connection.exchange('GetInfo', request, new MemorySink())).rejects.toMatchObject({
      code: 'ENGINE_LOST',
    });
  });

  it('without a word: the call ends when no byte has come for its time', async () => {
    engine.write = () => {};
    const connection = await open({ callTimeoutMs: 30 });
    await expect(connection.exchange('GetInfo', request, new MemorySink())).rejects.toMatchObject({
      code: 'ENGINE_LOST',
      cause: { message: 'no byte for 30 ms' },
    });
  });

  it('sending what nobody asked for loses the connection', async () => {
    const connection = await open();
    const [socket] = engine.sockets;
    socket?.write('hello');
    await expect.poll(() => connection.isUsable).toBe(false);
  });
});

describe('back-pressure', () => {
  const total = 64 * MEBIBYTE;

  it('stops the engine while the client takes nothing, and goes on when it does', async () => {
    let sent = 0;
    engine.write = streamed(total, (bytes) => {
      sent = bytes;
    });
    const connection = await open();
    const sink = Object.assign(new MemorySink(), { isWritable: false, isCountingOnly: true });
    const exchanged = connection.exchange('FetchResults', request, sink);
    await sink.until(({ isAwaited }) => isAwaited);
    const taken = sink.received;
    // Whatever still arrives after the pause would arrive within these turns of the event loop.
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
    expect(sink.received).toBe(taken);
    expect(sent).toBeLessThan(total / 2);
    sink.drain();
    await exchanged;
    expect(sink.received).toBe(total);
  });

  it('makes no call time out: the client is what is slow', async () => {
    engine.write = streamed(8 * MEBIBYTE);
    const connection = await open({ callTimeoutMs: 400 });
    const sink = Object.assign(new MemorySink(), { isWritable: false, isCountingOnly: true });
    const exchanged = connection.exchange('FetchResults', request, sink);
    await sink.until(({ isAwaited }) => isAwaited);
    // The socket's timer is Node's own: only real time shows that it was stopped.
    await new Promise((resolve) => setTimeout(resolve, 600));
    sink.drain();
    await exchanged;
    expect(sink.received).toBe(8 * MEBIBYTE);
  });

  it('does not hold the connection for the last part', async () => {
    const connection = await open();
    const sink = Object.assign(new MemorySink(), { isWritable: false });
    await connection.exchange('GetInfo', request, sink);
    expect(connection.isUsable).toBe(true);
    expect(sink.isAwaited).toBe(false);
  });

  it('says when its client does not read, and when it does again', async () => {
    engine.write = streamed(8 * MEBIBYTE);
    const connection = await open();
    const said: boolean[] = [];
    connection.onStalled = (isStalled) => said.push(isStalled);
    const sink = Object.assign(new MemorySink(), { isWritable: false, isCountingOnly: true });
    const exchanged = connection.exchange('FetchResults', request, sink);
    await sink.until(({ isAwaited }) => isAwaited);
    expect(said).toEqual([true]);
    sink.drain();
    await exchanged;
    expect(said).toEqual([true, false]);
  });

  it('passes a large reply on without holding it', async () => {
    const large = 256 * MEBIBYTE;
    engine.write = streamed(large);
    const connection = await open();
    const sink = Object.assign(new MemorySink(), { isCountingOnly: true });
    const before = process.memoryUsage().rss;
    let peak = before;
    const write = sink.write.bind(sink);
    sink.write = (chunk) => {
      if (sink.received % (16 * MEBIBYTE) < chunk.length) peak = Math.max(peak, process.memoryUsage().rss);
      return write(chunk);
    };
    await connection.exchange('FetchResults', request, sink);
    expect(sink.received).toBe(large);
    expect(peak - before).toBeLessThan(96 * MEBIBYTE);
  });
});
