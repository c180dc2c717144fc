import { createServer, type Server, type ServerResponse } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ReplySink } from '../relay/reply-sink.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { clientOf } from '../testing/sessions.ts';
import { Neighbour } from './neighbour.ts';
import { Neighbours } from './neighbours.ts';

const TIMEOUT_MS = 10_000;
const message = Buffer.from('call');

let dir: string;
let path: string;
let clock: FakeClock;
let server: Server;
/** What the other process does with a call; nothing at first. */
let answer: (response: ServerResponse) => void;
let calls: number;
let neighbour: Neighbour;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'senbon-neighbour-'));
  path = join(dir, 'calls.sock');
  clock = new FakeClock();
  calls = 0;
  answer = () => {};
  server = createServer((request, response) => {
    calls += 1;
    request.resume();
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  neighbour = new Neighbour(path, { answerTimeoutMs: TIMEOUT_MS, clock, logger: new RecordingLogger() });
});
afterEach(async () => {
  neighbour.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(dir, { recursive: true, force: true });
});

/** A client's. */
class Sink implements ReplySink {
  cut: Error | null = null;
  readonly holdsChunks = false;
  #chunks = '';
  get text(): string {
    return this.#chunks;
  }
  begin(): void {}
  write(chunk: Uint8Array): boolean {
    this.#chunks += Buffer.from(chunk).toString();
    return true;
  }
  drained(): Promise<void> {
    return Promise.resolve();
  }
  destroy(error: Error): void {
    this.cut = error;
  }
}

const serve = (sink = new Sink()) => neighbour.serve(message, clientOf(), sink);

it('passes the answer on', async () => {
  answer = (response) => response.writeHead(200, { 'content-length': 5 }).end('reply');
  const sink = new Sink();
  expect(await serve(sink)).toBe(true);
  expect(sink.text).toBe('reply');
  expect(clock.delays).toEqual([]);
});

it('has no session that is not found there, nor any when it is not there', async () => {
  answer = (response) => response.writeHead(404).end();
  expect(await serve()).toBe(false);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await serve()).toBe(false);
  expect(clock.delays).toEqual([]);
});

it('passes on why it refuses a call, which does not mean that the session is lost', async () => {
  answer = (response) => response.writeHead(503).end('no room for 7 more bytes');
  await expect(serve()).rejects.toMatchObject({
    code: 'NEIGHBOUR_BUSY',
    retryable: true,
    message: expect.stringContaining('refused the call: no room for 7 more bytes. Try again later'),
  });
  answer = (response) => response.writeHead(500).end();
  await expect(serve()).rejects.toThrow('refused the call: status 500');
});

it('does not wait for ever for an answer', async () => {
  const served = serve();
  await expect.poll(() => calls).toBe(1);
  clock.advance(TIMEOUT_MS - 1);
  expect(clock.delays).toHaveLength(1);
  clock.advance(1);
  await expect(served).rejects.toMatchObject({
    code: 'NEIGHBOUR_BUSY',
    message: expect.stringContaining('has not answered for 10000 ms'),
  });
});

it('cuts a client off whose answer stops in the middle', async () => {
  answer = (response) => void response.writeHead(200, { 'content-length': 5 }).write('re');
  const sink = new Sink();
  const served = serve(sink);
  await expect.poll(() => sink.text).toBe('re');
  clock.advance(TIMEOUT_MS);
  expect(await served).toBe(true);
  expect(sink.cut?.message).toContain('has sent nothing for 10000 ms');
  expect(clock.delays).toEqual([]);
});

it('takes so many calls at once, and room comes back', async () => {
  const waiting = Array.from({ length: 2_048 }, () => serve().catch((error: unknown) => error));
  await expect(serve()).rejects.toThrow('has 2048 calls from here to answer');
  clock.advance(TIMEOUT_MS);
  for (const outcome of await Promise.all(waiting)) expect(outcome).toMatchObject({ code: 'NEIGHBOUR_BUSY' });
  answer = (response) => response.writeHead(404).end();
  expect(await serve()).toBe(false);
});

it('that hangs does not hide one that has the session', async () => {
  answer = (response) => response.writeHead(503).end('busy');
  const neighbours = new Neighbours(neighbour);
  await expect(neighbours.serve(message, clientOf(), new Sink())).rejects.toThrow('busy');
  const other = { serve: async () => true } as unknown as Neighbour;
  neighbours.after = other;
  expect(await neighbours.serve(message, clientOf(), new Sink())).toBe(true);
});
