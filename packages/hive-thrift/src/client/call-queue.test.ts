import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeCall, encodeReply } from '../messages/calls.ts';
import { readEnvelope } from '../messages/envelope.ts';
import { CallQueue, MAX_QUEUED_CALLS } from './call-queue.ts';

const handle = { sessionId: { guid: Buffer.alloc(16, 1), secret: Buffer.alloc(16, 2) } };
const call = () => encodeCall('CloseSession', 0, { sessionHandle: handle });
const reply = (seqId: number) => encodeReply('CloseSession', seqId, { status: { statusCode: 0 } });

function makeQueue() {
  const sent: number[] = [];
  const events = {
    send: (message: Uint8Array) => void sent.push(readEnvelope(message).seqId),
    onTimeout: vi.fn(),
    onIdle: vi.fn(),
  };
  return { queue: new CallQueue(events), events, sent };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('CallQueue', () => {
  it('numbers the calls and sends one at a time', async () => {
    const { queue, sent, events } = makeQueue();
    const answers = [queue.push(call(), {}), queue.push(call(), {}), queue.push(call(), {})];
    expect(sent).toEqual([1]);
    queue.onReply(reply(1));
    expect(sent).toEqual([1, 2]);
    queue.onReply(reply(2));
    queue.onReply(reply(3));
    expect((await Promise.all(answers)).map((bytes) => readEnvelope(bytes).seqId)).toEqual([1, 2, 3]);
    expect(events.onIdle).toHaveBeenCalledOnce();
    expect(queue.isIdle).toBe(true);
  });

  it('does not take a reply that nobody waits for', () => {
    const { queue } = makeQueue();
    expect(() => queue.onReply(reply(1))).toThrow(
      'out of step: a reply to CloseSession 1 came, no call is under way',
    );
    void queue.push(call(), {}).catch(() => {});
    expect(() => queue.onReply(reply(9))).toThrow('CloseSession 1 is under way');
  });

  it('tells of a call on the wire that times out, and of no other', async () => {
    const { queue, events, sent } = makeQueue();
    const first = queue.push(call(), { timeoutMs: 1000 });
    const second = queue.push(call(), { timeoutMs: 500 });
    const expectation = expect(second).rejects.toMatchObject({ kind: 'timeout' });
    vi.advanceTimersByTime(999);
    await expectation;
    expect(events.onTimeout).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(events.onTimeout).toHaveBeenCalledWith(
      expect.objectContaining({ message: 'no answer to CloseSession within 1000 ms' }),
    );
    queue.fail(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    expect(sent).toEqual([1]);
  });

  it('leaves no timer behind', async () => {
    const { queue } = makeQueue();
    const calls = [1, 2, 3].map(() => queue.push(call(), { timeoutMs: 1000 }));
    queue.onReply(reply(1));
    const controller = new AbortController();
    const aborted = queue.push(call(), { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    queue.fail(new Error('gone'));
    await Promise.allSettled(calls);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps the timer of an abandoned call until its reply, which is dropped', async () => {
    const { queue } = makeQueue();
    const controller = new AbortController();
    const aborted = queue.push(call(), { signal: controller.signal });
    controller.abort('a word');
    await expect(aborted).rejects.toThrow('aborted: a word');
    expect(vi.getTimerCount()).toBe(1);
    const next = queue.push(call(), { timeoutMs: 0 });
    queue.onReply(reply(1));
    expect(vi.getTimerCount()).toBe(0);
    queue.onReply(reply(2));
    await expect(next).resolves.toEqual(reply(2));
  });

  it('waits for ever when told to', () => {
    const { queue } = makeQueue();
    void queue.push(call(), { timeoutMs: 0 }).catch(() => {});
    expect(vi.getTimerCount()).toBe(0);
  });

  it('has a bound', async () => {
    const { queue } = makeQueue();
    const calls = Array.from({ length: MAX_QUEUED_CALLS + 1 }, () => queue.push(call(), {}));
    await expect(queue.push(call(), {})).rejects.toMatchObject({ kind: 'busy' });
    queue.fail(new Error('gone'));
    await Promise.allSettled(calls);
  });

  it('refuses what is no message', async () => {
    const { queue, sent } = makeQueue();
    await expect(queue.push(Buffer.from('not Thrift'), {})).rejects.toMatchObject({ kind: 'bad-version' });
    expect(sent).toEqual([]);
  });
});
