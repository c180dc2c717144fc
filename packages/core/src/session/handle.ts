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

const HANDLE_BYTES = 16;
/** Random bytes are cheap by the thousand and dear by the dozen. */
const randomPool = Buffer.alloc(256 * HANDLE_BYTES);
let randomUsed = randomPool.length;

/** Kyuubi gives every handle the same secret; ours is random, so that knowing an id is not enough to use it. */
export function createHandle(): NamedHandle {
  const id = randomUUID();
  return { id, guid: guidOf(id), secret: randomSecret() };
}

export function guidOf(id: string): Uint8Array {
  return ownBytes(Buffer.from(id.replaceAll('-', ''), 'hex'));
}

function randomSecret(): Uint8Array {
  if (randomUsed === randomPool.length) {
    randomFillSync(randomPool);
    randomUsed = 0;
  }
  const secret = randomPool.subarray(randomUsed, randomUsed + HANDLE_BYTES);
  randomUsed += HANDLE_BYTES;
  return ownBytes(secret);
}

/** A view of Node's buffer pool would keep 8 KiB of it in memory for as long as its session is open. */
function ownBytes(view: Uint8Array): Uint8Array {
  return Uint8Array.from(view);
}

/** `xxxxxxxx-xxxx-…` of 16 bytes, most significant first. */
export function idOf(guid: Uint8Array): string {
  const hex = Buffer.from(guid.buffer, guid.byteOffset, guid.byteLength).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function isSameSecret(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
