import { randomFillSync, randomUUID, timingSafeEqual } from 'node:crypto';

/** A session's or operation's handle as it travels: a UUID and a secret, 16 bytes each. */
export interface Handle {
  readonly guid: Uint8Array;
  readonly secret: Uint8Array;
}

export interface NamedHandle extends Handle {
  /** The guid as text, which names it in logs and errors. */
  readonly id: string;
}

/** Kyuubi gives every handle the same secret; ours is random, so that knowing an id is not enough to use it. */
export function createHandle(): NamedHandle {
  const id = randomUUID();
  return { id, guid: guidOf(id), secret: randomFillSync(Buffer.allocUnsafe(16)) };
}

export function guidOf(id: string): Uint8Array {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

/** `xxxxxxxx-xxxx-…` of 16 bytes, most significant first. */
export function idOf(guid: Uint8Array): string {
  const hex = Buffer.from(guid.buffer, guid.byteOffset, guid.byteLength).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function isSameSecret(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
