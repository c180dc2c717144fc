import { describe, expect, it } from 'vitest';
import { ApplicationError, ThriftProtocolError } from '../errors.ts';
import { MessageScanner } from '../framing/message-scanner.ts';
import { columnValues } from '../rowset/column-values.ts';
import { decodeFetchReply, decodeRowSet } from '../rowset/decode-row-set.ts';
import { FUZZ_TIMEOUT_MS, fuzzRounds, fuzzSeed } from '../testing/fuzz.ts';
import { Random } from '../testing/random.ts';
import { sample } from '../testing/samples.ts';
import { decodeReply, decodeRequest, encodeCall, encodeReply } from './calls.ts';
import { readEnvelope } from './envelope.ts';
import { locateHandle } from './locate-handle.ts';
import { type MethodName, methods, requestTable, responseTable } from './methods.ts';

/** Rounds for each method; a round changes a message and feeds it to everything that reads messages. */
const ROUNDS = fuzzRounds(400);
const names = Object.keys(methods) as MethodName[];

/** Changes, cuts, doubles or overwrites some bytes; often a length or a count. */
function mutate(bytes: Uint8Array, random: Random): Buffer {
  let mutant: Buffer = Buffer.from(bytes);
  for (let i = 1 + random.int(4); i > 0; i--) {
    const at = random.int(mutant.length);
    switch (random.int(6)) {
      case 0:
        mutant[at] = random.int(256);
        break;
      case 1:
        mutant[at] = (mutant[at] as number) ^ (1 << random.int(8));
        break;
      case 2:
        mutant = mutant.subarray(0, at + 1);
        break;
      case 3:
        mutant = Buffer.concat([mutant.subarray(0, at), random.bytes(random.int(8)), mutant.subarray(at)]);
        break;
      case 4:
        if (at + 4 <= mutant.length)
          mutant.writeInt32BE(random.pick([-1, 0, 1, 0x7fffffff, 0x00ffffff, mutant.length]), at);
        break;
      default:
        mutant = Buffer.concat([mutant.subarray(0, at), mutant.subarray(random.int(at + 1))]);
    }
  }
  return mutant;
}

/** What a reader may throw for bytes from outside. */
function expectOwnError(error: unknown): void {
  if (error instanceof ThriftProtocolError || error instanceof ApplicationError) return;
  throw error;
}

function survive(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    expectOwnError(error);
    return false;
  }
}

describe('mutated messages are read or refused, nothing else', { timeout: FUZZ_TIMEOUT_MS }, () => {
  it.each(names)('%s', (method) => {
    const random = new Random(fuzzSeed(names.indexOf(method) + 1));
    let read = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const isCall = round % 2 === 0;
      const whole = isCall
        ? encodeCall(method, round, sample(requestTable(method), random, 'some'))
        : encodeReply(method, round, sample(responseTable(method), random, 'some'));
      const mutant = mutate(whole, random);
      survive(() => new MessageScanner({ maxMessageBytes: 1 << 20 }).push(mutant));
      survive(() => locateHandle(mutant, readEnvelope(mutant)));
      const isRead = survive(() => {
        const envelope = readEnvelope(mutant);
        if (isCall) decodeRequest(method, mutant, envelope);
        else decodeReply(method, mutant, envelope);
      });
      if (isRead) read += 1;
    }
    // A fuzz run whose mutants are all refused at the door tests the door only.
    expect(read).toBeGreaterThan(ROUNDS / 50);
  });

  it('row sets by the fast decoder, which agrees with the general one', () => {
    const random = new Random(fuzzSeed(99));
    let agreed = 0;
    for (let round = 0; round < ROUNDS * 5; round++) {
      const whole = encodeReply('FetchResults', round, sample(responseTable('FetchResults'), random, 'some'));
      const mutant = mutate(whole, random);
      survive(() => {
        const envelope = readEnvelope(mutant);
        const fast = decodeFetchReply(mutant, envelope);
        const fastRows = fast.rowSet === null ? null : decodeRowSet(fast.rowSet);
        const general = decodeReply('FetchResults', mutant, envelope);
        const generalRows = general.results === undefined ? null : decodeRowSet(general.results);
        // By values: the general decoder has mended what is not UTF-8, the fast one does so when asked for a string.
        expect(fastRows?.startRowOffset).toBe(generalRows?.startRowOffset);
        expect(fastRows?.batch.columns.map(columnValues)).toEqual(
          generalRows?.batch.columns.map(columnValues),
        );
        expect(fast.status).toEqual(general.status);
        agreed += 1;
      });
    }
    expect(agreed).toBeGreaterThan(50);
  });
});

describe('noise', { timeout: FUZZ_TIMEOUT_MS }, () => {
  it('is refused', () => {
    const random = new Random(fuzzSeed(7));
    for (let round = 0; round < ROUNDS * 8; round++) {
      const noise = random.bytes(1 + random.int(200));
      if (random.chance(0.7)) Buffer.from('8001000100000001410000000' + '00c0001', 'hex').copy(noise);
      survive(() => new MessageScanner({ maxMessageBytes: 1 << 16 }).push(noise));
      survive(() => decodeRequest('ExecuteStatement', noise, readEnvelope(noise)));
      survive(() => locateHandle(noise, readEnvelope(noise)));
    }
  });
});
