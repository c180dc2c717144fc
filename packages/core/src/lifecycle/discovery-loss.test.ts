import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionState } from '../ports/discovery.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { DiscoveryLoss, type LostAction } from './discovery-loss.ts';

const onLost = vi.fn<() => void>();
let clock: FakeClock;
let logger: RecordingLogger;
let listeners: Set<(state: ConnectionState) => void>;
let state: ConnectionState;
/** As the ensemble has granted it. */
let grantedMs: number | undefined;

beforeEach(() => {
  onLost.mockClear();
  clock = new FakeClock();
  logger = new RecordingLogger();
  listeners = new Set();
  state = ConnectionState.connected;
  grantedMs = undefined;
});

function watch(action: LostAction): DiscoveryLoss {
  const connection = {
    get state() {
      return state;
    },
    get sessionTimeoutMs() {
      return grantedMs;
    },
    onChange(listener: (to: ConnectionState) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const loss = new DiscoveryLoss({ connection, timeoutMs: 60_000, action, clock, logger, onLost });
  loss.watch();
  return loss;
}

function go(to: ConnectionState): void {
  state = to;
  for (const listener of listeners) listener(to);
}

describe('service discovery that is away', () => {
  it('for less than the time-out is nothing', () => {
    watch('DRAIN');
    go(ConnectionState.suspended);
    clock.advance(59_000);
    go(ConnectionState.connected);
    clock.advance(60_000);
    expect(onLost).not.toHaveBeenCalled();
    expect(clock.delays).toEqual([]);
  });

  it('for longer ends in a drain where that is asked for, once', () => {
    watch('DRAIN');
    go(ConnectionState.suspended);
    clock.advance(30_000);
    go(ConnectionState.lost);
    clock.advance(30_000);
    expect(onLost).toHaveBeenCalledOnce();
    expect(
      logger.has('connection state changed to: LOST, but failed to reconnect in 60 seconds. Give up'),
    ).toBe(true);
    go(ConnectionState.lost);
    clock.advance(600_000);
    expect(onLost).toHaveBeenCalledOnce();
  });

  it('for longer is waited for else, and told again after it was back', () => {
    watch('WAIT');
    for (let round = 1; round <= 2; round++) {
      go(ConnectionState.lost);
      clock.advance(60_000);
      expect(logger.lines.filter((line) => line.includes('has been away for 60 seconds'))).toHaveLength(
        round,
      );
      go(ConnectionState.connected);
      expect(logger.lines.filter((line) => line.includes('Service discovery is back'))).toHaveLength(round);
    }
    expect(onLost).not.toHaveBeenCalled();
  });

  it('is given the time of the session that the ensemble has granted, which may be another later', () => {
    grantedMs = 40_000;
    watch('DRAIN');
    grantedMs = 30_000;
    go(ConnectionState.suspended);
    clock.advance(29_999);
    expect(onLost).not.toHaveBeenCalled();
    clock.advance(1);
    expect(onLost).toHaveBeenCalledOnce();
    expect(logger.has('failed to reconnect in 30 seconds')).toBe(true);
  });

  it('from the beginning counts too, and nothing after the end', () => {
    state = ConnectionState.suspended;
    const loss = watch('DRAIN');
    expect(clock.delays).toEqual([60_000]);
    loss.close();
    expect(clock.delays).toEqual([]);
    expect(listeners.size).toBe(0);
    watch('DRAIN');
    go(ConnectionState.closed);
    expect(clock.delays).toEqual([]);
  });
});
