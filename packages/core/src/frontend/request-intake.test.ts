import { encodeCall, frame, MAX_REQUEST_VALUES } from '@senbon/hive-thrift';
import { describe, expect, it } from 'vitest';
import { MAX_PIPELINED_BYTES, MAX_PIPELINED_CALLS, RequestIntake } from './request-intake.ts';
import { RequestMemory } from './request-memory.ts';

const MEBIBYTE = 1_048_576;
const SECRET = new Uint8Array(16);

/** A call of at least `bytes` bytes. */
function call(bytes = 0): Uint8Array {
  const sessionHandle = { sessionId: { guid: SECRET, secret: SECRET } };
  return encodeCall('ExecuteStatement', 1, { sessionHandle, statement: 'x'.repeat(bytes) });
}

function intakeOf(isFramed: boolean): { intake: RequestIntake; memory: RequestMemory } {
  const memory = new RequestMemory(8 * MEBIBYTE, 'a.key');
  const options = { isFramed, maxMessageBytes: 6 * MEBIBYTE, memory: memory.open() };
  return { intake: new RequestIntake(options), memory };
}

describe.each([
  ['frames', true, frame],
  ['bare messages', false, (message: Uint8Array) => message],
] as const)('%s', (_, isFramed, wrap) => {
  it('come out in order, and one that is not whole is known of', () => {
    const { intake } = intakeOf(isFramed);
    const [first, second] = [wrap(call(1)), wrap(call(2))];
    expect(intake.push(Buffer.concat([first, second.subarray(0, 20)]))).toBe(1);
    expect(intake.partialBytes).toBeGreaterThan(0);
    expect(intake.push(second.subarray(20))).toBe(1);
    expect(intake.partialBytes).toBe(0);
    expect([intake.next(), intake.next(), intake.next()]).toEqual([
      Buffer.from(call(1)),
      Buffer.from(call(2)),
      undefined,
    ]);
  });

  it('are enough at a number of calls, or of bytes', () => {
    const { intake } = intakeOf(isFramed);
    for (let count = 0; count < MAX_PIPELINED_CALLS; count++) intake.push(wrap(call()));
    expect(intake.isFull).toBe(false);
    intake.push(wrap(call()));
    expect(intake.isFull).toBe(true);
    const other = intakeOf(isFramed).intake;
    other.push(wrap(call(MAX_PIPELINED_BYTES)));
    expect(other.isFull).toBe(true);
    other.next();
    expect(other.isFull).toBe(false);
  });

  it('count until they have been served, and no longer', () => {
    const { intake, memory } = intakeOf(isFramed);
    const bytes = wrap(call(MEBIBYTE));
    intake.push(bytes.subarray(0, 700_000));
    expect(memory.heldBytes).toBeGreaterThan(690_000);
    intake.push(bytes.subarray(700_000));
    expect(intake.next()).toBeDefined();
    expect(memory.heldBytes).toBeGreaterThanOrEqual(MEBIBYTE);
    expect(intake.next()).toBeUndefined();
    expect(memory.heldBytes).toBe(0);
  });

  it('are refused when they have more values than anybody needs', () => {
    const sessionHandle = { sessionId: { guid: SECRET, secret: SECRET } };
    const confs = (count: number) => {
      const confOverlay = new Map(Array.from({ length: count }, (_, at) => [String(at), '']));
      return wrap(encodeCall('ExecuteStatement', 1, { sessionHandle, statement: '', confOverlay }));
    };
    expect(intakeOf(isFramed).intake.push(confs(65_536))).toBe(1);
    expect(() => intakeOf(isFramed).intake.push(confs(MAX_REQUEST_VALUES / 2))).toThrow('262144 values');
  });

  it('are refused when all clients together send too much', () => {
    const { intake, memory } = intakeOf(isFramed);
    const neighbour = memory.open();
    neighbour.set(6 * MEBIBYTE);
    const busy = expect.objectContaining({ code: 'SERVER_BUSY' });
    expect(() => intake.push(wrap(call(3 * MEBIBYTE)))).toThrow(busy);
    intake.clear();
    expect(memory.heldBytes).toBe(6 * MEBIBYTE);
  });

  it('that wait are dropped, and what they took is free', () => {
    const { intake, memory } = intakeOf(isFramed);
    intake.push(wrap(call(MEBIBYTE)));
    intake.push(wrap(call(MEBIBYTE)));
    intake.next();
    intake.clear();
    expect(intake.next()).toBeUndefined();
    expect(memory.heldBytes).toBe(0);
  });
});
