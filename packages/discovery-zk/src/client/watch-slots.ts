import { type NativeWatcher, WatchEvent } from './native.ts';

export type WatchListener = (type: number) => void;
export type WatchKind = 'exists' | 'data' | 'children';

/** All that a native callback holds on to; emptied when it has fired, because the callback itself stays for ever. */
interface Slot {
  listeners: Set<WatchListener> | null;
  forget: (() => void) | null;
}

export interface JoinedWatch {
  /** To be passed to the addon; absent when another call's watch on the same path is armed already. */
  readonly arm: NativeWatcher | null;
  /** Forgets this listener (its read failed). */
  leave(): void;
}

/**
 * One native watch per path and kind, however many wait for it. The addon never frees a watch callback and cannot
 * take a watch back, so both are kept few: a listener joins the armed watch where there is one.
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
function watcherFor(slot: Slot): NativeWatcher {
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
