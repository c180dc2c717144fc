import { type NodeWatcher, WatchEvent } from './handle.ts';

export type WatchListener = (type: number) => void;
export type WatchKind = 'exists' | 'data' | 'children';

/** All that a handle's watcher holds on to; emptied when it has fired. */
interface Slot {
  listeners: Set<WatchListener> | null;
  forget: (() => void) | null;
}

export interface JoinedWatch {
  /** To be passed to the handle; absent when another call's watch on the same path is armed already. */
  readonly arm: NodeWatcher | null;
  /** Forgets this listener (its read failed). */
  leave(): void;
}

/**
 * One watch per path and kind at the server, however many wait for it: a watch cannot be taken back, so a listener
 * joins the armed one where there is one.
 * Joining without arming is sound: whatever changes after the caller's read fires the watch armed before it.
 */
export class WatchSlots {
  readonly #slots = new Map<string, Slot>();

  /** `listener` is called once, with the type of the event. */
  join(kind: WatchKind, path: string, listener: WatchListener): JoinedWatch {
    const key = `${kind} ${path}`;
    const armed = this.#slots.get(key);
    const slot = armed ?? this.#create(key);
    slot.listeners?.add(listener);
    return {
      arm: armed === undefined ? watcherFor(slot) : null,
      leave: () => {
        slot.listeners?.delete(listener);
        // Without its arming read the slot would wait for ever; those who joined meanwhile look again.
        if (armed === undefined) fire(slot, WatchEvent.changed);
      },
    };
  }

  clear(): void {
    for (const slot of this.#slots.values()) slot.listeners = null;
    this.#slots.clear();
  }

  #create(key: string): Slot {
    const slot: Slot = { listeners: new Set(), forget: null };
    slot.forget = () => {
      if (this.#slots.get(key) === slot) this.#slots.delete(key);
    };
    this.#slots.set(key, slot);
    return slot;
  }
}

/** Session events reach every watcher at each disconnect and do not use it up. */
function watcherFor(slot: Slot): NodeWatcher {
  return (type) => {
    if (type !== WatchEvent.session) fire(slot, type);
  };
}

function fire(slot: Slot, type: number): void {
  const listeners = slot.listeners;
  slot.forget?.();
  slot.listeners = null;
  slot.forget = null;
  for (const listener of listeners ?? []) listener(type);
}
