import { describe, expect, it } from 'vitest';
import { strangerAtBinary, strangerAtHttp } from './stranger.ts';

const tls = Buffer.from('16030100f5010000f1', 'hex');
const thrift = Buffer.from('80010001000000074765', 'hex');
const sasl = Buffer.from('0100000005504c41494e', 'hex');
const http = Buffer.from('POST /cliservice HTTP/1.1\r\n');

describe('who speaks the wrong protocol', () => {
  it('at a binary port is told where HTTP is, in HTTP', () => {
    const stranger = strangerAtBinary(http, true);
    expect(stranger?.advice).toMatch(/binary port.*kyuubi\.frontend\.thrift\.http\.bind\.port/);
    expect(stranger?.reply).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*connection: close\r\n\r\nthis is/);
  });

  it.each([
    ['TLS', tls, true, /TLS/],
    ['Thrift without SASL', thrift, true, /noSasl/],
    ['SASL', sasl, false, /NOSASL/],
  ])('at a binary port by %s is logged', (_, bytes, isSasl, advice) => {
    expect(strangerAtBinary(bytes, isSasl)).toEqual({ advice: expect.stringMatching(advice), reply: null });
  });

  it('is nobody who speaks the right one, or has said too little', () => {
    expect(strangerAtBinary(sasl, true)).toBeNull();
    expect(strangerAtBinary(thrift, false)).toBeNull();
    expect(strangerAtBinary(http.subarray(0, 3), true)).toBeNull();
    expect(strangerAtHttp(Buffer.from('nonsense'))).toBeNull();
    expect(strangerAtHttp(Buffer.alloc(0))).toBeNull();
  });

  it.each([
    ['TLS', tls, /TLS/],
    ['SASL', sasl, /binary was sent/],
    ['Thrift', thrift, /binary was sent/],
  ])('at an HTTP port by %s is told', (_, bytes, advice) => {
    expect(strangerAtHttp(bytes)).toMatch(advice);
  });
});
