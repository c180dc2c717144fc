import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeStream } from '../testing/fake-streams.ts';
import { StatusLine } from './status-line.ts';

const ERASE = '\r\u001b[K';
let stream: FakeStream;
const seen = (): string => String(stream.read() ?? '');

beforeEach(() => {
  vi.useFakeTimers();
  stream = new FakeStream();
});
afterEach(() => vi.useRealTimers());

describe('StatusLine', () => {
  it('says nothing of what is quick', () => {
    const status = new StatusLine({ stream, isEnabled: () => true });
    status.start('running');
    vi.advanceTimersByTime(300);
    status.stop();
    expect(seen()).toBe('');
  });

  it('shows text, time and a bar, and goes away', () => {
    const status = new StatusLine({ stream, isEnabled: () => true });
    status.start('running');
    vi.advanceTimersByTime(400);
    expect(seen()).toBe(`${ERASE}running  0 s`);
    status.update('stage 2', 0.5);
    vi.advanceTimersByTime(600);
    expect(seen()).toContain(`[${'#'.repeat(15)}${'.'.repeat(15)}]  50 %  stage 2  1 s`);
    status.stop();
    expect(seen()).toBe(ERASE);
    vi.advanceTimersByTime(1_000);
    expect(seen()).toBe('');
  });

  it('never wraps', () => {
    stream.columns = 20;
    const status = new StatusLine({ stream, isEnabled: () => true });
    status.start('x'.repeat(100));
    vi.advanceTimersByTime(400);
    expect(seen()).toBe(`${ERASE}${'x'.repeat(19)}`);
    status.stop();
  });

  it('is not there when nobody looks', () => {
    const status = new StatusLine({ stream, isEnabled: () => false });
    status.start('running');
    vi.advanceTimersByTime(5_000);
    status.stop();
    expect(seen()).toBe('');
  });
});
