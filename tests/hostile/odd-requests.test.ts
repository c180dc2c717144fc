import { gzipSync } from 'node:zlib';
import { encodeCall, NegotiationStatus, TProtocolVersion } from '@senbon/hive-thrift';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Address } from '../support/gateway.ts';
import { httpRequest } from './support/conversation.ts';
import { Peer } from './support/peer.ts';
import { CUT_WITHIN_MS, Target } from './support/target.ts';

const GROWTH_MIB = 96;

let target: Target;

beforeAll(async () => {
  target = await Target.start({
    'kyuubi.session.idle.timeout': 'PT3S',
    'kyuubi.session.check.interval': 'PT1S',
  });
});

afterAll(async () => {
  await target.expectUnharmed(GROWTH_MIB);
  await target.close();
});

/** All that comes back until `enough` does or the connection ends; rejects when neither happens in time. */
async function exchange(address: Address, bytes: Uint8Array | string, enough: RegExp): Promise<string> {
  const peer = await Peer.connect(address);
  const text = () => peer.received.toString('latin1');
  try {
    peer.send(bytes);
    const deadline = performance.now() + CUT_WITHIN_MS;
    while (!enough.test(text()) && !peer.isOver && performance.now() < deadline) {
      await Promise.race([peer.until(peer.receivedBytes + 1), peer.untilOver(CUT_WITHIN_MS)]);
    }
    return text();
  } finally {
    peer.destroy();
  }
}

const openSession = encodeCall('OpenSession', 1, {
  clientProtocol: TProtocolVersion.V10,
  username: 'anna',
});
/** A request whose head has these lines in place of those of `httpRequest`. */
function raw(head: readonly string[], body: Uint8Array | string = ''): Buffer {
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body)]);
}
const post = 'POST /cliservice HTTP/1.1';
const basic = `authorization: Basic ${Buffer.from('anna:x').toString('base64')}`;
const size = `content-length: ${openSession.length}`;
const inChunks = Buffer.concat([
  Buffer.from(`${openSession.length.toString(16)}\r\n`),
  openSession,
  Buffer.from('\r\n0\r\n\r\n'),
]);
const sessionIn = /HTTP\/1\.[01] 200 OK[\s\S]*OpenSession/;

describe('HTTP', () => {
  test.each<[string, Uint8Array, RegExp]>([
    [
      'GET',
      httpRequest(new Uint8Array(0), {}, 'GET /cliservice HTTP/1.1'),
      /^HTTP\/1\.1 405 [\s\S]*Use POST/,
    ],
    ['PUT', httpRequest(openSession, {}, 'PUT /cliservice HTTP/1.1'), /^HTTP\/1\.1 405 /],
    ['a method that nobody knows', raw(['BREW /cliservice HTTP/1.1', 'host: a']), /^HTTP\/1\.1 400 /],
    [
      'another path',
      httpRequest(openSession, {}, 'POST /sql HTTP/1.1'),
      /^HTTP\/1\.1 404 [\s\S]*\/cliservice/,
    ],
    [
      'a path that climbs',
      httpRequest(openSession, {}, 'POST /../../etc/passwd HTTP/1.1'),
      /^HTTP\/1\.1 404 /,
    ],
    ['another content type', httpRequest(openSession, { 'content-type': 'text/plain' }), sessionIn],
    ['a body in chunks', raw([post, 'host: a', basic, 'transfer-encoding: chunked'], inChunks), sessionIn],
    [
      'a chunk of 2^64 bytes',
      raw([post, 'host: a', basic, 'transfer-encoding: chunked'], 'ffffffffffffffffff\r\n'),
      /^HTTP\/1\.1 400 /,
    ],
    [
      'Expect: 100-continue',
      raw([post, 'host: a', basic, size, 'expect: 100-continue'], openSession),
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/,
    ],
    [
      'Expect: the impossible',
      raw([post, 'host: a', basic, size, 'expect: 900-tea'], openSession),
      /^HTTP\/1\.1 417 /,
    ],
    [
      'two requests in one packet',
      Buffer.concat([httpRequest(openSession), httpRequest(openSession)]),
      /HTTP\/1\.1 200 OK[\s\S]*HTTP\/1\.1 200 OK[\s\S]*OpenSession/,
    ],
    [
      'two lengths',
      raw([post, 'host: a', basic, size, 'content-length: 4'], openSession),
      /^HTTP\/1\.1 400 /,
    ],
    [
      'a length and chunks',
      raw([post, 'host: a', basic, size, 'transfer-encoding: chunked'], inChunks),
      /^HTTP\/1\.1 400 /,
    ],
    [
      'chunks that are not the last coding',
      raw([post, 'host: a', basic, 'transfer-encoding: chunked, gzip'], inChunks),
      /^HTTP\/1\.1 400 /,
    ],
    ['a length of -1', raw([post, 'host: a', basic, 'content-length: -1']), /^HTTP\/1\.1 400 /],
    ['a length of 1 GiB', raw([post, 'host: a', basic, 'content-length: 1073741824']), /^HTTP\/1\.1 413 /],
    ['no length', raw([post, 'host: a', basic]), /^HTTP\/1\.1 400 /],
    ['no host', raw([post, basic, size], openSession), /^HTTP\/1\.1 400 /],
    ['a folded header', raw([post, 'host: a', 'x: a', ' b', basic, size], openSession), /^HTTP\/1\.1 400 /],
    ['NUL in a header', raw([post, 'host: a\0b', basic, size], openSession), /^HTTP\/1\.1 400 /],
    [
      'headers of 100 kB',
      httpRequest(openSession, { cookie: 'x'.repeat(100_000) }),
      /^HTTP\/1\.1 431 [\s\S]*kyuubi\.frontend\.thrift\.http\.request\.header\.size/,
    ],
    [
      'ten thousand headers',
      raw([post, ...Array.from({ length: 10_000 }, (_, at) => `x${at}: y`)]),
      /^HTTP\/1\.1 431 /,
    ],
    [
      'HTTP/1.0',
      raw(['POST /cliservice HTTP/1.0', 'host: a', basic, size], openSession),
      /^HTTP\/1\.[01] 200 OK/,
    ],
    [
      'HTTP/9.9',
      raw(['POST /cliservice HTTP/9.9', 'host: a', basic, size], openSession),
      /^HTTP\/1\.1 (400|505) /,
    ],
    [
      'an upgrade',
      raw([post, 'host: a', basic, size, 'connection: upgrade', 'upgrade: websocket'], openSession),
      /^HTTP\/1\.1 (200|400) /,
    ],
    [
      'a compressed body',
      httpRequest(gzipSync(openSession), { 'content-encoding': 'gzip' }),
      /^HTTP\/1\.1 400 /,
    ],
    [
      'no credentials',
      raw([post, 'host: a', size], openSession),
      /^HTTP\/1\.1 401 [\s\S]*www-authenticate: Basic/i,
    ],
    ['Basic that is no Base64', httpRequest(openSession, { authorization: 'Basic %%%' }), /^HTTP\/1\.1 401 /],
    [
      'Basic without a user',
      httpRequest(openSession, { authorization: 'Basic OjEyMw==' }),
      /^HTTP\/1\.1 (401|200) /,
    ],
    ['Bearer', httpRequest(openSession, { authorization: 'Bearer abc' }), /^HTTP\/1\.1 401 /],
    ['TLS', Buffer.from('16030100f5010000f10303', 'hex'), /^HTTP\/1\.1 400 [\s\S]*TLS was sent/],
    ['SASL', Buffer.from('0100000005504c41494e', 'hex'), /^HTTP\/1\.1 400 [\s\S]*binary\.bind\.port/],
    ['Thrift', Buffer.from(openSession), /^HTTP\/1\.1 400 [\s\S]*binary\.bind\.port/],
  ])('%s', async (_, bytes, expected) => {
    expect(await exchange(target.gateway.http, bytes, expected)).toMatch(expected);
  });
});

const { START, OK, BAD, ERROR, COMPLETE } = NegotiationStatus;
function say(status: NegotiationStatus, payload: string | Uint8Array = ''): Buffer {
  const bytes = Buffer.from(payload);
  const head = Buffer.from([status, 0, 0, 0, 0]);
  head.writeInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

const START_PLAIN = say(START, 'PLAIN');
const turnedAway = /^BAD /;
const letIn = /^COMPLETE /;
const answered = /^(BAD|COMPLETE) /;
/** A whole header; what is behind it comes with it. */
const HEADER = /[\s\S]{5}/;

/** An answer with its status by name; another protocol's as it is. */
function readable(answer: string): string {
  const [status] = Object.entries(NegotiationStatus).find(([, byte]) => byte === answer.charCodeAt(0)) ?? [];
  return status === undefined ? answer : `${status} ${answer.slice(5)}`;
}

describe('SASL', () => {
  test.each<[string, readonly Uint8Array[], RegExp]>([
    ['GSSAPI', [say(START, 'GSSAPI')], /^BAD .*GSSAPI.*PLAIN/],
    ['a mechanism of 60 kB', [say(START, 'X'.repeat(60_000))], turnedAway],
    ['no mechanism', [say(START)], turnedAway],
    ['COMPLETE first', [say(COMPLETE, '\0anna\0x')], turnedAway],
    ['OK first', [say(OK, '\0anna\0x')], turnedAway],
    ['BAD', [START_PLAIN, say(BAD, 'no')], turnedAway],
    ['ERROR', [START_PLAIN, say(ERROR)], turnedAway],
    ['START twice', [START_PLAIN, START_PLAIN], turnedAway],
    ['a payload of 100 kB', [START_PLAIN, say(OK, Buffer.alloc(100_000))], turnedAway],
    ['a length of 2^31-1', [START_PLAIN, Buffer.from('027fffffff', 'hex')], turnedAway],
    ['status 0', [START_PLAIN, Buffer.alloc(5)], turnedAway],
    ['no separators', [START_PLAIN, say(OK, 'anna')], turnedAway],
    ['an empty user', [START_PLAIN, say(OK, '\0\0x')], answered],
    ['NULs in the password', [START_PLAIN, say(OK, '\0anna\0x\0\0y')], answered],
    ['a user that is not UTF-8', [START_PLAIN, say(OK, Buffer.from('00ffc0ed0078', 'hex'))], answered],
    ['a user of 60 kB', [START_PLAIN, say(OK, `\0${'u'.repeat(60_000)}\0x`)], answered],
    ['OK a hundred times', [START_PLAIN, ...Array.from({ length: 100 }, () => say(OK, '\0anna\0x'))], letIn],
    ['a browser', [Buffer.from('GET / HTTP/1.1\r\n\r\n')], /^HTTP\/1\.1 400 [\s\S]*http\.bind\.port/],
  ])('%s', async (_, frames, expected) => {
    const answer = await exchange(target.gateway.binary, Buffer.concat(frames), HEADER);
    expect(readable(answer)).toMatch(expected);
  });
});
