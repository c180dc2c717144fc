import { expect, it } from 'vitest';
import { SenbonError } from '../errors/senbon-error.ts';
import { issueGatewayToken, newGatewayId, verifyGatewayToken } from './gateway-token.ts';

const secret = new Uint8Array(32).fill(7);
const engine = { host: 'engine-1', port: 10_001, refId: 'ref-1' };
const at = { user: 'alice', engine, nowMs: 1_700_000_000_000 };
const check = { ...at, maxLifetimeMs: 600_000 };

it('accepts its own token until its lifetime ends', () => {
  const token = issueGatewayToken(secret, at);
  expect(() => verifyGatewayToken(secret, token, check)).not.toThrow();
  expect(() => verifyGatewayToken(secret, token, { ...check, nowMs: at.nowMs + 600_000 })).not.toThrow();
  expect(() => verifyGatewayToken(secret, token, { ...check, nowMs: at.nowMs + 600_001 })).toThrow(
    /600001 ms old/,
  );
});

it('tolerates a gateway whose clock is a little ahead, not more', () => {
  const token = issueGatewayToken(secret, at);
  expect(() => verifyGatewayToken(secret, token, { ...check, nowMs: at.nowMs - 60_000 })).not.toThrow();
  expect(() => verifyGatewayToken(secret, token, { ...check, nowMs: at.nowMs - 60_001 })).toThrow(/ahead/);
});

it('never makes the same token twice', () => {
  expect(issueGatewayToken(secret, at)).not.toBe(issueGatewayToken(secret, at));
});

it('says which gateway made it', () => {
  const gateway = newGatewayId();
  expect(verifyGatewayToken(secret, issueGatewayToken(secret, { ...at, gateway }), check)).toBe(gateway);
  expect(verifyGatewayToken(secret, issueGatewayToken(secret, at), check)).toBeNull();
  expect(newGatewayId()).not.toBe(gateway);
});

it('refuses a token of another secret or another user', () => {
  const token = issueGatewayToken(secret, at);
  expect(() => verifyGatewayToken(new Uint8Array(32), token, check)).toThrow(/another secret/);
  expect(() => verifyGatewayToken(secret, token, { ...check, user: 'bob' })).toThrow(/another user/);
});

it.each([
  ['address', { host: 'attacker' }],
  ['port', { port: 10_002 }],
  ['launch', { refId: 'ref-2' }],
])('is of no use at an engine of another %s', (_, other) => {
  const token = issueGatewayToken(secret, { ...at, engine: { ...engine, ...other } });
  expect(() => verifyGatewayToken(secret, token, check)).toThrow(/another engine/);
});

it('keeps users apart whose names hold the separator', () => {
  const token = issueGatewayToken(secret, { ...at, user: 'a|1' });
  for (const user of ['a', '1|a', 'a|', 'a|1|']) {
    expect(() => verifyGatewayToken(secret, token, { ...check, user })).toThrow(SenbonError);
  }
});

it('refuses every token with one character changed', () => {
  const token = issueGatewayToken(secret, at);
  for (let i = 0; i < token.length; i++) {
    const changed = token.slice(0, i) + (token[i] === 'A' ? 'B' : 'A') + token.slice(i + 1);
    // The last character of 32 bytes in base64url carries two bits that mean nothing.
    if (i === token.length - 1) continue;
    expect(() => verifyGatewayToken(secret, changed, check), `at ${i}`).toThrow(SenbonError);
  }
});

it.each(['', 'anonymous', '2', '2.2.3.4', '1.1.2.3'])(
  'refuses the password %j without echoing it',
  (password) => {
    try {
      verifyGatewayToken(secret, password, check);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', sqlState: '28000' });
      expect((error as Error).message).toContain('not a gateway token');
    }
  },
);
