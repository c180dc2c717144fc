import { encodeCall, frame, SaslPlainClient } from '@senbon/hive-thrift';
import { afterEach, describe, expect, it } from 'vitest';
import type { RawSocket } from '../testing/raw-socket.ts';
import { openRequest, TestGateway } from '../testing/test-gateway.ts';

/** No other timer is as long: tests wait for this one. */
const PERIOD_MS = 37_000;
const MEBIBYTE = 1_048_576;

let gateway: TestGateway;
afterEach(() => gateway.stop());

async function start(conf: Record<string, string> = {}): Promise<void> {
  gateway = await TestGateway.start({ 'kyuubi.frontend.stall.timeout': String(PERIOD_MS), ...conf });
}

async function loggedIn(): Promise<RawSocket> {
  const raw = await gateway.raw();
  raw.send(new SaslPlainClient({ user: 'alice', password: 'x' }).start());
  await raw.takeSasl();
  return raw;
}

function post(length: number): string {
  const credentials = Buffer.from('alice:x').toString('base64');
  return `POST /cliservice HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${credentials}\r\nContent-Length: ${length}\r\n\r\n`;
}

/** An announced length and nothing behind it. */
function header(bytes: number): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt32BE(bytes);
  return head;
}

const openSession = frame(encodeCall('OpenSession', 1, openRequest()));

describe('a request that does not arrive', () => {
  it('ends a binary connection, its sessions too', async () => {
    await start();
    const raw = await loggedIn();
    raw.send(openSession);
    await raw.takeFrame();
    raw.send(openSession.subarray(0, 10));
    await gateway.clock.untilTimer(PERIOD_MS);
    gateway.clock.advance(PERIOD_MS);
    await raw.ended();
    expect(gateway.logger.has('has not arrived whole in 37000 ms')).toBe(true);
    expect(gateway.gateway.openSessions).toBe(0);
  });

  it('ends an HTTP connection', async () => {
    await start();
    const raw = await gateway.raw(gateway.httpPort);
    raw.send(post(100), 'abc');
    await gateway.clock.untilTimer(PERIOD_MS);
    gateway.clock.advance(PERIOD_MS);
    await raw.ended();
    expect(gateway.logger.has('has not arrived whole in 37000 ms')).toBe(true);
  });

  it('is no matter between requests: an idle client stays', async () => {
    await start();
    const raw = await loggedIn();
    raw.send(openSession.subarray(0, 10));
    await gateway.clock.untilTimer(PERIOD_MS);
    raw.send(openSession.subarray(10));
    await raw.takeFrame();
    gateway.clock.advance(100 * PERIOD_MS);
    raw.send(openSession);
    await raw.takeFrame();
  });
});

describe('requests of more bytes than all clients together may send', () => {
  const conf = { 'kyuubi.frontend.request.memory': String(4 * MEBIBYTE) };

  it('are answered with 503 over HTTP, and others are served', async () => {
    await start(conf);
    const raw = await gateway.raw(gateway.httpPort);
    raw.send(post(5 * MEBIBYTE), Buffer.alloc(5 * MEBIBYTE));
    await raw.until(() => raw.received.includes('\r\n\r\n') || raw.isEnded);
    expect(raw.received.toString('latin1')).toMatch(/^HTTP\/1.1 503 /);
    const other = await loggedIn();
    other.send(openSession);
    await other.takeFrame();
  });

  it('end the binary connection that exceeds the bound', async () => {
    await start(conf);
    const raw = await loggedIn();
    raw.send(header(32 * MEBIBYTE), Buffer.alloc(5 * MEBIBYTE));
    await raw.ended();
    expect(gateway.logger.has('kyuubi.frontend.request.memory')).toBe(true);
  });
});

it('a session whose handle never reached its HTTP client is closed', async () => {
  await start({ 'kyuubi.session.engine.launch.async': 'false' });
  gateway.plugin.onLaunch = async () => {};
  const raw = await gateway.raw(gateway.httpPort);
  const body = encodeCall('OpenSession', 1, openRequest());
  raw.send(post(body.length), body);
  await gateway.plugin.launched(1);
  expect(gateway.gateway.openSessions).toBe(1);
  raw.socket.resetAndDestroy();
  while (gateway.gateway.openSessions > 0) await new Promise(setImmediate);
});
