import { describe, expect, it, vi } from 'vitest';
import { type NodeWatcher, WatchEvent } from './handle.ts';
import { WatchSlots } from './watch-slots.ts';

function armed(watcher: NodeWatcher | null): NodeWatcher {
  if (watcher === null) throw new Error('this call should have armed the watch');
  return watcher;
}

describe('WatchSlots', () => {
  it('tells an event once, and not the session events before it', () => {
    const listener = vi.fn();
    const fire = armed(new WatchSlots().join('data', '/a', listener).arm);
    fire(WatchEvent.session, 1, '');
    fire(WatchEvent.session, 3, '');
    expect(listener).not.toHaveBeenCalled();
    fire(WatchEvent.deleted, 3, '/a');
    fire(WatchEvent.changed, 3, '/a');
    expect(listener.mock.calls).toEqual([[WatchEvent.deleted]]);
  });

  it('arms one watch for all who wait at a path, by kind', () => {
    const slots = new WatchSlots();
    const [first, second, other] = [vi.fn(), vi.fn(), vi.fn()];
    const fire = armed(slots.join('children', '/a', first).arm);
    expect(slots.join('children', '/a', second).arm).toBeNull();
    expect(slots.join('data', '/a', other).arm).not.toBeNull();
    fire(WatchEvent.child, 3, '/a');
    expect(first).toHaveBeenCalledOnce();
    expect(second).toHaveBeenCalledOnce();
    expect(other).not.toHaveBeenCalled();
    expect(slots.join('children', '/a', first).arm).not.toBeNull();
  });

  it('calls a listener once though it joined twice', () => {
    const slots = new WatchSlots();
    const listener = vi.fn();
    const fire = armed(slots.join('children', '/a', listener).arm);
    slots.join('children', '/a', listener);
    fire(WatchEvent.child, 3, '/a');
    expect(listener).toHaveBeenCalledOnce();
  });

  it('when the arming read failed, those who had joined look again', () => {
    const slots = new WatchSlots();
    const [first, second] = [vi.fn(), vi.fn()];
    const arming = slots.join('data', '/a', first);
    slots.join('data', '/a', second);
    arming.leave();
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledOnce();
    expect(slots.join('data', '/a', first).arm).not.toBeNull();
  });

  it('one who leaves an armed watch leaves it to the others', () => {
    const slots = new WatchSlots();
    const [first, second] = [vi.fn(), vi.fn()];
    const fire = armed(slots.join('data', '/a', first).arm);
    slots.join('data', '/a', second).leave();
    fire(WatchEvent.changed, 3, '/a');
    expect(first).toHaveBeenCalledOnce();
    expect(second).not.toHaveBeenCalled();
  });

  it('tells nobody anything after the end of the session', () => {
    const slots = new WatchSlots();
    const listener = vi.fn();
    const fire = armed(slots.join('data', '/a', listener).arm);
    slots.clear();
    fire(WatchEvent.changed, 3, '/a');
    expect(listener).not.toHaveBeenCalled();
  });
});
