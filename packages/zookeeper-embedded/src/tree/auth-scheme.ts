import { createHash } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type { Id } from '../wire/records.ts';

/** A way to say who a client is, and to name such clients in an access control list. */
export interface AuthScheme {
  /** Whether the `auth` pseudo-scheme of a list may stand for an identity of this scheme. */
  readonly isProof: boolean;
  /** The identity that an `addauth` packet gains, or null when it proves nothing. */
  authenticate(auth: Buffer | null, remoteAddress: string): Id | null;
  isValidId(id: string): boolean;
  matches(identity: string, aclId: string): boolean;
  /** The part of an identity that may be shown. */
  userOf(identity: string): string;
}

/**
 * `digest`: whoever knows `user:password` is `user:base64(sha1("user:password"))`. Any text is accepted;
 * a wrong password is simply another identity.
 */
const digest: AuthScheme = {
  isProof: true,
  authenticate(auth) {
    if (auth === null) return null;
    const user = auth.toString('utf8').split(':', 1)[0] ?? '';
    return { scheme: 'digest', id: `${user}:${createHash('sha1').update(auth).digest('base64')}` };
  },
  isValidId: (id) => /^[^:]*:[^:]+$/.test(id),
  matches: (identity, aclId) => identity === aclId,
  userOf: (identity) => identity.split(':', 1)[0] ?? '',
};

/** `ip`: every connection has it from the start. IPv4 with an optional prefix length, as in Apache's server. */
const ip: AuthScheme = {
  isProof: false,
  authenticate: (_auth, remoteAddress) => ({ scheme: 'ip', id: remoteAddress }),
  isValidId: (id) => parseRange(id) !== null,
  matches(identity, aclId) {
    const range = parseRange(aclId);
    if (range === null || !isIPv4(identity)) return false;
    return (toBits(identity) & range.mask) === (range.bits & range.mask);
  },
  userOf: (identity) => identity,
};

const SCHEMES = new Map<string, AuthScheme>([
  ['digest', digest],
  ['ip', ip],
]);

export function authScheme(name: string): AuthScheme | undefined {
  return SCHEMES.get(name);
}

function parseRange(text: string): { bits: number; mask: number } | null {
  const [address = '', prefix] = text.split('/', 2);
  const length = prefix === undefined ? 32 : Number(prefix);
  if (!isIPv4(address) || prefix === '' || !Number.isInteger(length) || length < 0 || length > 32)
    return null;
  // A shift by 32 is a shift by 0 in JavaScript.
  return { bits: toBits(address), mask: length === 0 ? 0 : -1 << (32 - length) };
}

function toBits(address: string): number {
  return address.split('.').reduce((bits, part) => (bits << 8) | Number(part), 0);
}
