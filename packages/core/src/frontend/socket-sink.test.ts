import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { systemClock } from '../observe/system-clock.ts';
import { MAX_UNSENT_BYTES, send } from '../relay/reply-sink.ts';
import { SocketSink } from './socket-sink.ts';

/** In place of a client's socket: takes writes as they come, or not at all while it is stuck. */
class Client extends Writable {
  readonly packets: Buffer[] = [];
  isStuck = false;
  #release: () => void = () => {};

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#take([chunk], done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.#take(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  release(): void {
    this.isStuck = false;
    this.#release();
  }

  #take(chunks: Buffer[], done: () => void): void {
    this.packets.push(Buffer.concat(chunks));
    if (this.isStuck) this.#release = done;
    else done();
  }
}

function open({ isFramed = true } = {}) {
  const client = new Client();
  const sink = new SocketSink(client as unknown as Socket, {
    isFramed,
    stallTimeoutMs: 60_000,
    clock: systemClock,
  });
  return { client, sink };
}

function framed(payload: Uint8Array): Buffer {
  const header = Buffer.alloc(4);
  header.writeInt32BE(payload.length);
  return Buffer.concat([header, payload]);
}

it.each([1, 100, 16_384, 16_385, 100_000])(
  'sends a reply of %i bytes and its header in one packet',
  async (bytes) => {
    const { client, sink } = open();
    const payload = Buffer.alloc(bytes, 7);
    await send(sink, payload);
    expect(client.packets.map((packet) => packet.equals(framed(payload)))).toEqual([true]);
  },
);

it('sends a large reply in pieces, so that a slow client is seen to take them', async () => {
  const { client, sink } = open();
  const payload = Buffer.alloc(3_000_000, 7);
  await send(sink, payload);
  expect(Buffer.concat(client.packets).equals(framed(payload))).toBe(true);
  expect(client.packets.map(({ length }) => length)).toEqual([1_048_580, 1_048_576, 902_848]);
});

it('sends the rest as it comes, and a header for each reply', async () => {
  const { client, sink } = open();
  sink.begin(6);
  sink.write(Buffer.from('abc'));
  sink.write(Buffer.from('def'));
  await send(sink, Buffer.from('next'));
  expect(Buffer.concat(client.packets).toString('latin1')).toBe('\0\0\0\x06abcdef\0\0\0\x04next');
  expect(client.packets).toHaveLength(3);
});

it('sends no header without frames', async () => {
  const { client, sink } = open({ isFramed: false });
  await send(sink, Buffer.from('bare'));
  expect(client.packets.map(String)).toEqual(['bare']);
});

it('waits for a client only when it leaves more than the bound', async () => {
  const { client, sink } = open();
  client.isStuck = true;
  sink.begin(1_000_000);
  expect(sink.write(Buffer.alloc(65_536))).toBe(true);
  expect(sink.write(Buffer.alloc(MAX_UNSENT_BYTES - 65_536 - 5))).toBe(true);
  expect(sink.write(Buffer.alloc(1))).toBe(false);
  const drained = sink.drained();
  client.release();
  await drained;
  expect(sink.write(Buffer.alloc(65_536))).toBe(true);
});

it('swallows what is written to a client that has gone', () => {
  const { client, sink } = open();
  client.destroy();
  sink.begin(3);
  expect(sink.write(Buffer.from('abc'))).toBe(true);
  expect(client.packets).toEqual([]);
});
