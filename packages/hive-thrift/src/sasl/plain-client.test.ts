import { describe, expect, it } from 'vitest';
import { cuts } from '../testing/chunks.ts';
import { NegotiationStatus, SaslError, saslFrame } from './frame.ts';
import { SaslPlainClient } from './plain-client.ts';
import { SaslPlainServer } from './plain-server.ts';

const EMPTY = Buffer.alloc(0);
const client = (options = {}) => new SaslPlainClient({ user: 'ann', password: 'secret', ...options });

describe('SaslPlainClient', () => {
  it('says all it has to say at once', () => {
    expect(Buffer.from(client().start()).toString('latin1')).toBe(
      '\x01\0\0\0\x05PLAIN\x05\0\0\0\x0b\0ann\0secret',
    );
  });

  it('is understood by the server, with and without authzid', () => {
    expect(new SaslPlainServer().push(client().start()).credentials).toEqual({
      authzid: '',
      user: 'ann',
      password: 'secret',
    });
    expect(new SaslPlainServer().push(client({ authzid: 'bob' }).start()).credentials?.authzid).toBe('bob');
  });

  it('is done at COMPLETE, cut anywhere, and hands the rest on', () => {
    const bytes = Buffer.concat([
      saslFrame(NegotiationStatus.OK, EMPTY),
      saslFrame(NegotiationStatus.COMPLETE, EMPTY),
      Buffer.from('rest'),
    ]);
    for (const chunks of cuts(bytes)) {
      const sasl = client();
      const steps = chunks.map((chunk) => sasl.push(chunk));
      expect(steps.at(-1)?.done).toBe(true);
      expect(Buffer.concat(steps.map((step) => step.rest)).toString()).toBe('rest');
    }
  });

  it('is not done before', () => {
    const sasl = client();
    expect(sasl.push(saslFrame(NegotiationStatus.OK, EMPTY))).toEqual({ done: false, rest: EMPTY });
    expect(sasl.push(Buffer.of(5, 0, 0, 0)).done).toBe(false);
    expect(sasl.push(Buffer.of(0)).done).toBe(true);
  });

  it('throws the text of a refusal', () => {
    expect(() =>
      client().push(saslFrame(NegotiationStatus.BAD, Buffer.from('Error validating LDAP user'))),
    ).toThrow(new SaslError('Error validating LDAP user'));
    expect(() => client().push(saslFrame(NegotiationStatus.ERROR, EMPTY))).toThrow(
      'refused the SASL handshake (status 4)',
    );
  });

  it('throws at what is no SASL server', () => {
    expect(() => client().push(Buffer.from('HTTP/1.1 400 Bad Request'))).toThrow(SaslError);
    expect(() => client().push(Buffer.from('057fffffff', 'hex'))).toThrow('maximum');
  });

  it('refuses a NUL in what it sends, which would shift the parts', () => {
    expect(() => client({ user: 'ann\0root' }).start()).toThrow('NUL');
    expect(() => client({ password: '\0' }).start()).toThrow('NUL');
  });
});
