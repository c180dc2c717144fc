import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { encodeCall, frameHeader } from '@senbon/hive-thrift';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HttpSink } from '../frontend/http-sink.ts';
import { SocketSink } from '../frontend/socket-sink.ts';
import { systemClock } from '../observe/system-clock.ts';
import { createHandle } from '../session/handle.ts';
import { FakeEngine } from '../testing/fake-engine.ts';
import { MemorySink } from '../testing/memory-sink.ts';
import { EngineConnection } from './engine-connection.ts';
import type { ReplySink } from './reply-sink.ts';

const request = encodeCall('GetInfo', 7, { sessionHandle: { sessionId: createHandle() }, infoType: 17 });
/** No two pieces of it are alike. */
const rows = Buffer.from(Uint32Array.from({ length: 4_000_000 }, (_, at) => at).buffer);

let engine: FakeEngine;
let connection: EngineConnection;
const servers: Server[] = [];

beforeEach(async () => {
  engine = await FakeEngine.start();
  engine.write = (socket) => {
    socket.write(frameHeader(rows.length));
    socket.write(rows);
  };
  connection = await EngineConnection.open({
    endpoint: engine.endpoint,
    user: 'alice',
    password: 'token',
    loginTimeoutMs: 5_000,
    callTimeoutMs: 5_000,
    maxMessageBytes: 2 ** 30,
  });
});
afterEach(async () => {
  connection.destroy(new Error('the test is over'));
  for (const server of servers.splice(0)) server.close();
  await engine.close();
});

class Keeper extends MemorySink {
  readonly kept: Uint8Array[] = [];
  holds = false;

  override get holdsChunks(): boolean {
    return this.holds;
  }

  override write(chunk: Uint8Array): boolean {
    this.kept.push(chunk);
    return super.write(chunk);
  }

  get memories(): number {
    return new Set(this.kept.map(({ buffer }) => buffer)).size;
  }
}

it('reads into the same memory while the sink is done with each chunk at once', async () => {
  const sink = new Keeper();
  await connection.exchange('FetchResults', request, sink);
  await connection.exchange('FetchResults', request, sink);
  expect(sink.kept.length).toBeGreaterThan(2 * (rows.length / 65_536));
  expect(sink.memories).toBeLessThanOrEqual(2);
  expect(sink.bytes.equals(Buffer.concat([rows, rows]))).toBe(true);
});

it('leaves alone what the sink still holds', async () => {
  const sink = Object.assign(new Keeper(), { holds: true, isCountingOnly: true });
  await connection.exchange('FetchResults', request, sink);
  expect(sink.memories).toBe(sink.kept.length);
  expect(Buffer.concat(sink.kept).equals(rows)).toBe(true);
});

/** Gives the sink of each client that asks. */
const frontends = {
  binary: (onSink: (sink: ReplySink) => void) =>
    createServer((socket) => {
      socket.once('data', () => {
        onSink(new SocketSink(socket, { isFramed: false, stallTimeoutMs: 5_000, clock: systemClock }));
      });
    }),
  HTTP: (onSink: (sink: ReplySink) => void) =>
    createHttpServer((_, response) =>
      onSink(new HttpSink(response, { stallTimeoutMs: 5_000, clock: systemClock })),
    ),
};

async function ask(frontend: keyof typeof frontends, onSink: (sink: ReplySink) => void): Promise<Socket> {
  const server = frontends[frontend](onSink);
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nhost: gateway\r\n\r\n');
  return socket;
}

/** What came, after an HTTP header; `restsAt` every so many chunks it reads nothing for a few turns. */
async function readAll(socket: Socket, restsAt: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let start = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    if (chunks.length === 0 && chunk.subarray(0, 4).equals(Buffer.from('HTTP'))) {
      start = chunk.indexOf('\r\n\r\n') + 4;
    }
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes - start >= rows.length) break;
    if (chunks.length % restsAt === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return Buffer.concat(chunks).subarray(start);
}

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

it.each([
  ['binary', 'keeps up', Infinity],
  ['binary', 'rests now and then', 20],
  ['HTTP', 'keeps up', Infinity],
  ['HTTP', 'rests now and then', 20],
] as const)('over %s a client that %s gets every byte', async (frontend, _, restsAt) => {
  const exchanges: Promise<void>[] = [];
  const socket = await ask(frontend, (sink) => {
    const exchange = connection.exchange('FetchResults', request, sink);
    exchanges.push(exchange.then(() => (sink as HttpSink).end?.()));
  });
  expect(hash(await readAll(socket, restsAt))).toBe(hash(rows));
  await Promise.all(exchanges);
});
