import { ErrorCode, RequestError } from '../wire/error-code.ts';
import { OpCode } from '../wire/op-code.ts';

/** What ends a znode's life besides a delete. */
export type Lifetime =
  | { readonly kind: 'persistent' }
  | { readonly kind: 'ephemeral'; readonly owner: bigint }
  | { readonly kind: 'container' }
  | { readonly kind: 'ttl'; readonly ttlMs: number };

export interface CreateMode {
  readonly lifetime: Lifetime['kind'];
  readonly isSequential: boolean;
}

/** The `flags` of a create request (`CreateMode.toFlag`). */
const MODES: readonly CreateMode[] = [
  { lifetime: 'persistent', isSequential: false },
  { lifetime: 'ephemeral', isSequential: false },
  { lifetime: 'persistent', isSequential: true },
  { lifetime: 'ephemeral', isSequential: true },
  { lifetime: 'container', isSequential: false },
  { lifetime: 'ttl', isSequential: false },
  { lifetime: 'ttl', isSequential: true },
];

/** A TTL shares its 64 bits with a type tag in Apache's server, which leaves 40 bits of milliseconds. */
export const MAX_TTL_MS = 0xff_ffff_ffff;

export interface CreateKind {
  readonly op: number;
  readonly flags: number;
  readonly ttlMs: number;
  readonly sessionId: bigint;
}

/**
 * What the flags and the request type ask for together. The type decides where the two disagree about
 * containers; a TTL must come with the TTL request and a TTL flag.
 * @throws RequestError badArguments
 */
export function resolveCreate(kind: CreateKind): { lifetime: Lifetime; isSequential: boolean } {
  const mode = MODES[kind.flags];
  if (mode === undefined) throw new RequestError(ErrorCode.badArguments);
  const isTtlRequest = kind.op === OpCode.createTtl;
  if ((mode.lifetime === 'ttl') !== isTtlRequest) throw new RequestError(ErrorCode.badArguments);
  return { lifetime: lifetimeOf(kind, mode), isSequential: mode.isSequential };
}

function lifetimeOf(kind: CreateKind, mode: CreateMode): Lifetime {
  if (kind.op === OpCode.createContainer) return { kind: 'container' };
  if (mode.lifetime === 'ttl') {
    if (kind.ttlMs <= 0 || kind.ttlMs > MAX_TTL_MS) throw new RequestError(ErrorCode.badArguments);
    return { kind: 'ttl', ttlMs: kind.ttlMs };
  }
  if (mode.lifetime === 'ephemeral') return { kind: 'ephemeral', owner: kind.sessionId };
  return { kind: 'persistent' };
}
