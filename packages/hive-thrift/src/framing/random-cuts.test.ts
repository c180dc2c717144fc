import { describe, expect, it } from 'vitest';
import { encodeCall, encodeReply } from '../messages/calls.ts';
import { type MethodName, methods, requestTable, responseTable } from '../messages/methods.ts';
import { SaslPlainClient } from '../sasl/plain-client.ts';
import { SaslPlainServer } from '../sasl/plain-server.ts';
import { Random } from '../testing/random.ts';
import { sample } from '../testing/samples.ts';
import { frame } from './frame.ts';
import { FrameDecoder } from './frame-decoder.ts';
import { MessageScanner } from './message-scanner.ts';

const ROUNDS = 150;
const names = Object.keys(methods) as MethodName[];

function someMessages(random: Random): Buffer[] {
  return Array.from({ length: 1 + random.int(6) }, (_, i) => {
    const method = random.pick(names);
    const bytes = random.chance(0.5)
      ? encodeCall(method, i, sample(requestTable(method), random, 'some'))
      : encodeReply(method, i, sample(responseTable(method), random, 'some'));
    return Buffer.from(bytes);
  });
}

/** Pieces of random length; empty ones too. */
function cutUp(bytes: Uint8Array, random: Random, maxBytes: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = random.int(maxBytes + 1);
    chunks.push(Uint8Array.from(bytes.subarray(at, at + length)));
    at += length;
  }
  return chunks;
}

describe('random messages in random chunks', () => {
  it('come out of the scanner as they went in', () => {
    const random = new Random(1);
    for (let round = 0; round < ROUNDS; round++) {
      const messages = someMessages(random);
      const scanner = new MessageScanner({ maxMessageBytes: 1 << 20 });
      const chunks = cutUp(Buffer.concat(messages), random, random.pick([1, 5, 50, 5000]));
      const found = chunks.flatMap((chunk) => scanner.push(chunk)).map((message) => Buffer.from(message));
      expect(found.length, `round ${round}`).toBe(messages.length);
      expect(Buffer.concat(found).equals(Buffer.concat(messages))).toBe(true);
      expect(scanner.bufferedBytes).toBe(0);
    }
  });

  it('pass through handshake, frames that are cut elsewhere, and scanner', () => {
    const random = new Random(2);
    for (let round = 0; round < ROUNDS; round++) {
      const messages = someMessages(random);
      const payloads = cutUp(Buffer.concat(messages), random, random.pick([20, 500, 5000]));
      const client = new SaslPlainClient({ user: 'ann', password: `${round}` });
      const stream = Buffer.concat([client.start(), ...payloads.map(frame)]);
      const server = new SaslPlainServer();
      const frames = new FrameDecoder({ maxFrameBytes: 1 << 20 });
      const scanner = new MessageScanner({ maxMessageBytes: 1 << 20 });
      const steps = cutUp(stream, random, random.pick([1, 7, 100, 5000])).map((chunk) => server.push(chunk));
      expect(steps.flatMap(({ credentials }) => credentials?.password ?? [])).toEqual([`${round}`]);
      const found = steps
        .flatMap(({ rest }) => frames.push(rest))
        .flatMap((payload) => scanner.push(payload));
      expect(Buffer.concat(found).equals(Buffer.concat(messages)), `round ${round}`).toBe(true);
      expect([frames.bufferedBytes, scanner.bufferedBytes, found.length]).toEqual([0, 0, messages.length]);
    }
  });

  it('never let either side hold more than what is not whole yet', () => {
    const random = new Random(3);
    const messages = someMessages(random);
    const scanner = new MessageScanner({ maxMessageBytes: 1 << 20 });
    const longest = Math.max(...messages.map((message) => message.length));
    for (let repeat = 0; repeat < 20; repeat++) {
      for (const chunk of cutUp(Buffer.concat(messages), random, 30)) {
        scanner.push(chunk);
        expect(scanner.bufferedBytes).toBeLessThan(longest);
      }
    }
  });
});
