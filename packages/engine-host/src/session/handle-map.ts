import { createHandle, guidOf, idOf, isSameSecret, type NamedHandle } from '@senbon/core';
import type { THandleIdentifier } from '@senbon/hive-thrift';

/** Something that is looked up by a handle. */
export interface Handled {
  readonly handle: NamedHandle;
  /**
   * False when a gateway chose the id: it hands its own clients' secret on or puts ours in its place, and has proved
   * itself by its token.
   */
  readonly isOwnHandle: boolean;
}

/** A handle of our own making, or with the id that the gateway chose. */
export function handleFor(chosen: string | null): NamedHandle {
  const fresh = createHandle();
  return chosen === null ? fresh : { id: chosen, guid: guidOf(chosen), secret: fresh.secret };
}

/** Sessions or operations by the 16 bytes of their guid. */
export class HandleMap<T extends Handled> {
  readonly #entries = new Map<string, T>();

  get size(): number {
    return this.#entries.size;
  }

  has(handle: NamedHandle): boolean {
    return this.#entries.has(keyOf(handle.guid));
  }

  add(entry: T): void {
    this.#entries.set(keyOf(entry.handle.guid), entry);
  }

  delete(entry: T): void {
    this.#entries.delete(keyOf(entry.handle.guid));
  }

  /** `null` when there is none, or the secret of our own handle is not the right one. */
  find(identifier: THandleIdentifier): T | null {
    const entry = this.#entries.get(keyOf(identifier.guid));
    if (entry === undefined) return null;
    if (entry.isOwnHandle && !isSameSecret(entry.handle.secret, identifier.secret)) return null;
    return entry;
  }

  values(): readonly T[] {
    return [...this.#entries.values()];
  }
}

/** The id as text for messages, whatever the client sent as guid. */
export function nameOf(identifier: THandleIdentifier): string {
  return idOf(identifier.guid);
}

function keyOf(guid: Uint8Array): string {
  return Buffer.from(guid.buffer, guid.byteOffset, guid.byteLength).toString('latin1');
}
