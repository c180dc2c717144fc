import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { MAX_SESSIONS, SessionTracker } from './session-tracker.ts';

const TICK_MS = 3000;

let clock: FakeClock;
let expired: bigint[];
let tracker: SessionTracker;

beforeEach(() => {
  clock = new FakeClock();
  expired = [];
  tracker = new SessionTracker({ clock, tickTimeMs: TICK_MS, onExpired: ({ id }) => expired.push(id) });
});

describe('expiry', () => {
  it('comes at the first tick after the time-out', () => {
    const session = tracker.create(6000)!;
    clock.advance(5999);
    expect(expired).toEqual([]);
    clock.advance(TICK_MS);
    expect(expired).toEqual([session.id]);
    expect(tracker.count).toBe(0);
  });

  it('is put off by a touch', () => {
    const session = tracker.create(6000)!;
    for (let i = 0; i < 10; i += 1) {
      clock.advance(5000);
      tracker.touch(session);
    }
    expect(expired).toEqual([]);
    clock.advance(9000);
    expect(expired).toEqual([session.id]);
  });

  it('does not come for a session that was closed', () => {
    const session = tracker.create(6000)!;
    expect(tracker.remove(session)).toBe(true);
    expect(tracker.remove(session)).toBe(false);
    clock.advance(60_000);
    expect(expired).toEqual([]);
  });

  it('takes one session and leaves another', () => {
    const short = tracker.create(6000)!;
    tracker.create(20_000);
    clock.advance(10_000);
    expect(expired).toEqual([short.id]);
    expect(tracker.count).toBe(1);
  });

  it('does not come while nobody could be heard: a suspended process gives its clients another chance', () => {
    const session = tracker.create(6000)!;
    clock.advance(2000);
    clock.jump(3_600_000);
    clock.advance(0);
    expect(expired).toEqual([]);
    clock.advance(5999);
    expect(expired).toEqual([]);
    clock.advance(3000);
    expect(expired).toEqual([session.id]);
  });

  it('gives no more than a time-out to a session touched after the jump', () => {
    const session = tracker.create(6000)!;
    clock.jump(3_600_000);
    tracker.touch(session);
    clock.advance(9000);
    expect(expired).toEqual([session.id]);
  });

  it('is not put off by a clock that is set back', () => {
    const session = tracker.create(6000)!;
    clock.advance(3000);
    clock.jump(-3_600_000);
    clock.advance(9000);
    expect(expired).toEqual([session.id]);
  });
});

describe('ids and passwords', () => {
  it('are different for each session', () => {
    const [a, b] = [tracker.create(6000)!, tracker.create(6000)!];
    expect(b.id).toBe(a.id + 1n);
    expect(a.password).toHaveLength(16);
    expect(a.password.equals(b.password)).toBe(false);
  });

  it('come from the time, below a byte that stays zero', () => {
    const { id } = tracker.create(6000)!;
    expect(id >> 56n).toBe(0n);
    expect(id & 0xffffn).toBe(0n);
    expect(id).toBeGreaterThan(0n);
  });

  it('bring a session back, with a new time-out', () => {
    const session = tracker.create(6000)!;
    clock.advance(5000);
    expect(tracker.resume(session.id, session.password, 12_000)).toBe(session);
    expect(session.timeoutMs).toBe(12_000);
    clock.advance(11_000);
    expect(expired).toEqual([]);
  });

  it.each<[string, (password: Buffer) => Buffer | null]>([
    ['wrong', (password) => Buffer.from(password.map((byte) => byte ^ 1))],
    ['short', (password) => password.subarray(1)],
    ['long', (password) => Buffer.concat([password, password])],
    ['no', () => null],
  ])('do not bring it back with a %s password', (_what, change) => {
    const session = tracker.create(6000)!;
    expect(tracker.resume(session.id, change(session.password), 6000)).toBeNull();
    expect(tracker.resume(session.id + 1n, session.password, 6000)).toBeNull();
  });
});

describe('bounds', () => {
  it('takes so many sessions and no more', () => {
    for (let i = 0; i < MAX_SESSIONS; i += 1) tracker.create(6000);
    expect(tracker.create(6000)).toBeNull();
    clock.advance(9000);
    expect(expired).toHaveLength(MAX_SESSIONS);
    expect(tracker.create(6000)).not.toBeNull();
  });

  it('leaves no timer behind', () => {
    tracker.close();
    expect(clock.pendingCount).toBe(0);
  });
});
