import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { SenbonError } from '../errors/senbon-error.ts';

const VERSION = '3';
const NONCE_BYTES = 12;
/** How far the clock of a gateway on another host may run ahead of the engine's. */
const MAX_CLOCK_AHEAD_MS = 60_000;
const TOKEN = /^3\.(\d{1,15})\.([A-Za-z0-9_-]{0,32})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{43})$/;
const GATEWAY_ID_BYTES = 9;

/** The engine as its node in discovery names it. */
export interface TokenAudience {
  readonly host: string;
  readonly port: number;
  readonly refId: string;
}

export interface IssueOptions {
  /** The user the gateway opens a session for; the token is good for no other. */
  readonly user: string;
  /**
   * The engine the gateway connects to; the token is good for no other. Whoever registers an engine of his own in an open
   * ensemble gets tokens for its address only.
   */
  readonly engine: TokenAudience;
  /** Which gateway process connects, from `newGatewayId`: the engine closes the sessions of one whose connections have gone. */
  readonly gateway?: string;
  readonly nowMs: number;
}

/** Of one gateway process; nothing secret. */
export function newGatewayId(): string {
  return randomBytes(GATEWAY_ID_BYTES).toString('base64url');
}

export interface VerifyOptions {
  readonly user: string;
  /** The engine that verifies. */
  readonly engine: TokenAudience;
  readonly nowMs: number;
  readonly maxLifetimeMs: number;
}

/**
 * What a gateway sends to an engine in place of a password: `3.<issue time, ms>.<gateway>.<nonce>.<HMAC-SHA256, base64url>`,
 * made from the secret that only the gateways and engines of one server space know.
 */
export function issueGatewayToken(secret: Uint8Array, options: IssueOptions): string {
  const nonce = randomBytes(NONCE_BYTES).toString('base64url');
  const gateway = options.gateway ?? '';
  const mac = sign(secret, options, [String(options.nowMs), gateway, nonce]);
  return `${VERSION}.${options.nowMs}.${gateway}.${nonce}.${mac.toString('base64url')}`;
}

/**
 * The id of the gateway that made the token, `null` when it gave none. Throws AUTHENTICATION_FAILED unless `token` was issued
 * with `secret`, for this user, not too long ago.
 */
export function verifyGatewayToken(secret: Uint8Array, token: string, options: VerifyOptions): string | null {
  const parts = TOKEN.exec(token);
  const problem = problemOf(secret, parts, options);
  if (problem !== null) throw new SenbonError('AUTHENTICATION_FAILED', { user: options.user, problem });
  return parts?.[2] || null;
}

function problemOf(secret: Uint8Array, parts: RegExpExecArray | null, options: VerifyOptions): string | null {
  if (parts === null) {
    return 'the password is not a gateway token; only gateways of this server space may connect here (kyuubi.internal.security.enabled)';
  }
  const [, issuedAt = '', gateway = '', nonce = '', mac = ''] = parts;
  const expected = sign(secret, options, [issuedAt, gateway, nonce]);
  if (!timingSafeEqual(expected, Buffer.from(mac, 'base64url'))) {
    return 'the gateway token was made for another user, for another engine or with another secret; do both ends belong to the same server space, and does the engine know the address it is registered with?';
  }
  const ageMs = options.nowMs - Number(issuedAt);
  if (ageMs > options.maxLifetimeMs) {
    return `the gateway token is ${ageMs} ms old, more than kyuubi.internal.security.token.max.lifetime allows`;
  }
  if (ageMs < -MAX_CLOCK_AHEAD_MS) return `the gateway's clock is ${-ageMs} ms ahead of the engine's`;
  return null;
}

type Signed = Pick<IssueOptions, 'user' | 'engine'>;

/** As JSON, so that no two different inputs sign the same text, whatever names hold. */
function sign(secret: Uint8Array, { user, engine }: Signed, parts: readonly string[]): Buffer {
  const { host, port, refId } = engine;
  const text = JSON.stringify([VERSION, user, host, port, refId, ...parts]);
  return createHmac('sha256', secret).update(text).digest();
}
