import { describe, expect, it } from 'vitest';
import { cuts } from '../testing/chunks.ts';
import { NegotiationStatus, saslFrame } from './frame.ts';
import { SaslPlainServer, type SaslServerStep } from './plain-server.ts';

const START = saslFrame(NegotiationStatus.START, Buffer.from('PLAIN'));
const login = (status: 2 | 5, text: string) => saslFrame(status, Buffer.from(text));
const feed = (chunks: readonly Uint8Array[], server = new SaslPlainServer()) => {
  const steps = chunks.map((chunk) => server.push(chunk));
  return {
    credentials: steps.map((step) => step.credentials).filter((c) => c !== undefined),
    failures: steps.map((step) => step.failure).filter((f) => f !== undefined),
    rest: Buffer.concat(steps.map((step) => step.rest)).toString(),
  };
};
const failure = (...parts: Uint8Array[]): SaslServerStep['failure'] =>
  new SaslPlainServer().push(Buffer.concat(parts)).failure;

describe('SaslPlainServer', () => {
  it.each([
    [
      'JDBC: COMPLETE, no authzid',
      login(5, '\0ann\0secret'),
      { authzid: '', user: 'ann', password: 'secret' },
    ],
    ['PyHive: OK, no authzid', login(2, '\0ann\0secret'), { authzid: '', user: 'ann', password: 'secret' }],
    [
      'hive-driver: OK, authzid = user',
      login(2, 'ann\0ann\0secret'),
      { authzid: 'ann', user: 'ann', password: 'secret' },
    ],
    ['two parts', login(5, 'ann\0secret'), { authzid: '', user: 'ann', password: 'secret' }],
    ['no password', login(5, '\0ann\0'), { authzid: '', user: 'ann', password: '' }],
    ['letters of the world', login(5, '\0名\0пароль'), { authzid: '', user: '名', password: 'пароль' }],
  ])('%s, cut anywhere', (_name, response, credentials) => {
    for (const chunks of cuts(Buffer.concat([START, response]))) {
      expect(feed(chunks)).toEqual({ credentials: [credentials], failures: [], rest: '' });
    }
  });

  it('hands on what came behind the handshake', () => {
    const bytes = Buffer.concat([START, login(5, '\0ann\0secret'), Buffer.from('first frame')]);
    for (const chunks of cuts(bytes))
      expect(feed(chunks)).toMatchObject({ failures: [], rest: 'first frame' });
  });

  it('answers', () => {
    const server = new SaslPlainServer();
    expect(Buffer.from(server.complete()).toString('hex')).toBe('0500000000');
    expect(Buffer.from(server.bad('no')).toString('hex')).toBe('03000000026e6f');
  });

  it('turns other mechanisms away, and says which it takes', () => {
    const step = failure(saslFrame(NegotiationStatus.START, Buffer.from('GSSAPI')));
    expect(step?.message).toBe('SASL mechanism "GSSAPI" is not supported, PLAIN is');
    expect(step?.reply[0]).toBe(NegotiationStatus.BAD);
    expect(Buffer.from(step?.reply ?? []).toString('latin1')).toContain('SASL mechanism "GSSAPI"');
  });

  it.each([
    ['no START', [login(5, '\0ann\0secret')], 'begins with status 5'],
    ['START twice', [START, START], 'START came twice'],
    ['four parts', [START, login(5, 'a\0b\0c\0d')], '4 parts came'],
    ['one part', [START, login(5, 'ann')], '1 parts came'],
    ['nothing', [START, login(5, '')], '1 parts came'],
    ['no UTF-8', [START, saslFrame(5, Buffer.from('00ff00ff', 'hex'))], 'not UTF-8'],
    [
      'BAD from the client',
      [START, saslFrame(3, Buffer.from('changed my mind'))],
      'the client gave up: "changed my mind"',
    ],
    ['ERROR from the client', [saslFrame(4, Buffer.from('oops\nand'))], 'the client gave up: "oops\\nand"'],
    ['a NOSASL client', [Buffer.from('80010001', 'hex')], 'byte 128 (a client set to NOSASL?)'],
    ['a TLS client', [Buffer.from('160301', 'hex')], 'byte 22 (a TLS client?)'],
    ['a browser', [Buffer.from('GET / HTTP/1.1')], 'byte 71 (an HTTP client?)'],
    ['noise', [Buffer.from('00', 'hex')], 'byte 0'],
    ['a length below nothing', [Buffer.from('01ffffffff', 'hex')], '-1 bytes'],
    ['a huge length', [Buffer.from('017fffffff', 'hex')], 'the maximum is 65536'],
  ])('fails at %s', (_name, parts, message) => {
    expect(failure(...parts)?.message).toContain(message);
    for (const chunks of cuts(Buffer.concat(parts))) {
      const { failures, credentials } = feed(chunks);
      expect(failures).toHaveLength(1);
      expect(credentials).toEqual([]);
    }
  });

  it('does not repeat a password in its errors', () => {
    expect(failure(START, login(5, 'a\0hunter2\0c\0d'))?.message).not.toContain('hunter2');
  });

  it('stays failed', () => {
    const server = new SaslPlainServer();
    server.push(Buffer.from('GET'));
    expect(feed([START, login(5, '\0ann\0x')], server)).toEqual({ credentials: [], failures: [], rest: '' });
  });

  it('takes payloads up to its maximum', () => {
    const text = `\0ann\0${'x'.repeat(95)}`;
    const bytes = Buffer.concat([START, login(5, text)]);
    expect(feed([bytes], new SaslPlainServer({ maxPayloadBytes: 100 })).credentials).toHaveLength(1);
    expect(feed([bytes], new SaslPlainServer({ maxPayloadBytes: 99 })).failures).toHaveLength(1);
  });
});
