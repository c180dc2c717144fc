import { Agent, type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import {
  decodeReply,
  encodeCall,
  readEnvelope,
  TGetInfoType,
  type TSessionHandle,
  TStatusCode,
} from '@senbon/hive-thrift';
import { afterEach, describe, expect, it } from 'vitest';
import { streamed } from '../testing/fake-engine.ts';
import { openRequest, TestGateway } from '../testing/test-gateway.ts';

let gateway: TestGateway;
afterEach(() => gateway.stop());

async function start(conf: Record<string, string> = {}): Promise<void> {
  gateway = await TestGateway.start(conf);
}

const basic = (user: string, password = 'x') =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array | string;
  readonly agent?: Agent;
}

interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly localPort: number;
}

function send(sent: Sent = {}): Promise<Received> {
  const { path = '/cliservice', method = 'POST', headers = {}, body = openSession(), agent } = sent;
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port: gateway.httpPort,
        path,
        method,
        agent: agent ?? false,
        headers: { 'content-type': 'application/x-thrift', authorization: basic('alice'), ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
            localPort: request.socket?.localPort ?? 0,
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(method === 'GET' || method === 'HEAD' ? undefined : body);
  });
}

function openSession(): Uint8Array {
  return encodeCall('OpenSession', 1, openRequest());
}

function handleIn({ status, body }: Received): TSessionHandle {
  expect(status).toBe(200);
  const response = decodeReply('OpenSession', body, readEnvelope(body));
  expect(response.status.statusCode).toBe(TStatusCode.SUCCESS);
  return response.sessionHandle as TSessionHandle;
}

function info(sessionHandle: TSessionHandle): Uint8Array {
  return encodeCall('GetInfo', 1, { sessionHandle, infoType: TGetInfoType.DBMS_NAME });
}

describe('a call', () => {
  it.each(['/cliservice', '/cliservice/', '/cliservice?doAs='])('to %s is answered', async (path) => {
    await start();
    const received = await send({ path });
    handleIn(received);
    expect(received.headers['content-type']).toBe('application/x-thrift');
    expect(received.headers['content-length']).toBe(String(received.body.length));
    expect(received.headers['transfer-encoding']).toBeUndefined();
  });

  it('finds its session from any connection', async () => {
    await start();
    const sessionHandle = handleIn(await send());
    for (let i = 0; i < 3; i++) {
      const { status, body } = await send({ body: info(sessionHandle) });
      expect(status).toBe(200);
      expect(decodeReply('GetInfo', body, readEnvelope(body)).infoValue).toEqual({ stringValue: 'fake' });
    }
    expect(gateway.gateway.openSessions).toBe(1);
  });

  it('may reuse its connection', async () => {
    await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number>();
    const sessionHandle = handleIn(await send({ agent }));
    for (let i = 0; i < 5; i++) ports.add((await send({ agent, body: info(sessionHandle) })).localPort);
    expect(ports.size).toBe(1);
    agent.destroy();
  });

  it.each([
    ['an empty Cookie header', { cookie: '' }],
    ['a foreign cookie', { cookie: 'hive.server2.auth=cu=alice&rn=1&s=x;Version=0;Max-Age=86400' }],
    ['a chunked body', { 'transfer-encoding': 'chunked' }],
    ['no content type', { 'content-type': '' }],
    ['gzip accepted', { 'accept-encoding': 'gzip,deflate' }],
    ['XSRF headers', { 'x-xsrf-header': 'true', 'x-csrf-token': 'true' }],
  ])('with %s is answered', async (_, headers) => {
    await start();
    handleIn(await send({ headers: headers as unknown as Record<string, string> }));
  });

  it('comes from the address that a proxy tells', async () => {
    await start();
    handleIn(await send({ headers: { 'x-real-ip': '203.0.113.7' } }));
    expect(gateway.logger.has('Opening session for alice@203.0.113.7')).toBe(true);
    handleIn(await send());
    expect(gateway.logger.has('Opening session for alice@127.0.0.1')).toBe(true);
  });

  it('comes from the address in another header if so configured', async () => {
    await start({ 'kyuubi.frontend.proxy.http.client.ip.header': 'X-Client' });
    handleIn(await send({ headers: { 'x-real-ip': '203.0.113.7', 'x-client': '203.0.113.8' } }));
    expect(gateway.logger.has('Opening session for alice@203.0.113.8')).toBe(true);
  });

  it('of another user does not get at the session', async () => {
    await start();
    const sessionHandle = handleIn(await send());
    const { status, body } = await send({
      body: info(sessionHandle),
      headers: { authorization: basic('bob') },
    });
    expect(status).toBe(200);
    expect(decodeReply('GetInfo', body, readEnvelope(body)).status.sqlState).toBe('42501');
  });
});

describe('a path', () => {
  it.each(['/', '/cliservice/x', '/cliservicex', '/other'])(
    '%s is not there, and the answer tells which is',
    async (path) => {
      await start();
      const { status, body } = await send({ path });
      expect(status).toBe(404);
      expect(body.toString()).toBe('No such path; Thrift is served at /cliservice\n');
    },
  );

  it.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('is not for %s', async (method) => {
    await start();
    const { status, headers } = await send({ method });
    expect(status).toBe(405);
    expect(headers.allow).toBe('POST');
  });

  it.each(['/my/sql/', 'my/sql'])('may be configured as %s', async (path) => {
    await start({ 'kyuubi.frontend.thrift.http.path': path });
    handleIn(await send({ path: '/my/sql' }));
    handleIn(await send({ path: '/my/sql/' }));
    expect((await send()).status).toBe(404);
    expect(gateway.logger.has(/transportMode=http;httpPath=my\/sql$/)).toBe(true);
  });
});

describe('authentication', () => {
  it.each([
    ['none', ''],
    ['a token', 'Bearer abc'],
    ['Kerberos', 'Negotiate abc'],
    ['no base64', 'Basic %%%'],
    ['no user', basic('')],
    ['no password', basic('alice', '')],
    ['only a name', `Basic ${Buffer.from('alice').toString('base64')}`],
  ])('by %s is refused, and says what is wanted', async (_, authorization) => {
    await start();
    const { status, headers, body } = await send({ headers: { authorization } });
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toBe('Basic realm="kyuubi"');
    expect(body.toString()).toMatch(/^Authentication Error: /);
  });

  it('may fail first and succeed then, over one connection', async () => {
    await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const refused = await send({ agent, headers: { authorization: '' } });
    expect(refused.status).toBe(401);
    const received = await send({ agent });
    handleIn(received);
    expect(received.localPort).toBe(refused.localPort);
    agent.destroy();
  });

  it('keeps colons and UTF-8 in passwords and names', async () => {
    await start();
    handleIn(await send({ headers: { authorization: basic('jürgen', 'a:b:c') } }));
    expect(gateway.logger.has('Opening session for jürgen@')).toBe(true);
  });

  it('never logs the password', async () => {
    await start();
    await send({ headers: { authorization: basic('alice', 'hunter2') } });
    await send({ headers: { authorization: basic('', 'hunter2') } });
    expect(gateway.logger.has('hunter2')).toBe(false);
  });

  it('is not asked for under NOSASL', async () => {
    await start({ 'kyuubi.authentication': 'NOSASL' });
    handleIn(await send({ headers: { authorization: '' } }));
    expect(gateway.logger.has('Opening session for anonymous@')).toBe(true);
  });
});

describe('a body', () => {
  it.each([
    ['garbage', 'hello'],
    ['empty', ''],
    ['cut off', openSession().subarray(0, 10)],
  ])('that is %s is a bad request', async (_, body) => {
    await start();
    expect((await send({ body })).status).toBe(400);
  });

  it('may be two messages long, of which one is not answered', async () => {
    await start();
    const body = Buffer.concat([openSession(), openSession()]);
    const received = await send({ body });
    expect(gateway.gateway.openSessions).toBeLessThanOrEqual(1);
    expect([200, 400]).toContain(received.status);
  });

  it('announced as too large is refused before it is read, and the client gets to know', async () => {
    await start({ 'kyuubi.frontend.thrift.max.message.size': '4096' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { status, body, localPort } = await send({ agent, body: Buffer.alloc(5_000_000) });
    expect(status).toBe(413);
    expect(body.toString()).toContain('at most 4096 are accepted (kyuubi.frontend.thrift.max.message.size)');
    expect((await send({ agent })).localPort).toBe(localPort);
    agent.destroy();
  });

  it('that turns out too large is refused, and the client gets to know', async () => {
    await start({ 'kyuubi.frontend.thrift.max.message.size': '4096' });
    for (const bytes of [6_000, 5_000_000]) {
      const headers = { 'transfer-encoding': 'chunked' };
      expect((await send({ body: Buffer.alloc(bytes), headers })).status).toBe(413);
    }
  });

  it('that never comes does not keep the connection for ever', async () => {
    await start();
    const socket = connect({ host: '127.0.0.1', port: gateway.httpPort });
    await once(socket, 'connect');
    socket.write(
      `POST /cliservice HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic('alice')}\r\nContent-Length: 100\r\n\r\n`,
    );
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await gateway.gateway.destroy('the test is over');
    await closed;
  });
});

describe('a reply', () => {
  it('of many megabytes is passed on whole, with its length announced', async () => {
    await start();
    const sessionHandle = handleIn(await send());
    const total = 32 * 1_048_576;
    (await gateway.readyEngine()).write = streamed(total);
    const { body, headers } = await send({ body: info(sessionHandle) });
    expect(headers['content-length']).toBe(String(total));
    expect(body.length).toBe(total);
  });

  it('whose engine dies in the middle is cut off: the client must not take it for whole', async () => {
    await start();
    const sessionHandle = handleIn(await send());
    (await gateway.readyEngine()).write = (socket, framed) =>
      void socket.write(framed.subarray(0, framed.length - 1), () => socket.destroy());
    await expect(send({ body: info(sessionHandle) })).rejects.toThrow(/aborted|hang up|ECONNRESET/);
    handleIn(await send());
  });

  it('whose client goes away is read to its end, and the engine serves on', async () => {
    await start();
    const sessionHandle = handleIn(await send());
    const engine = await gateway.readyEngine();
    const total = 64 * 1_048_576;
    let sent = 0;
    engine.write = streamed(total, (bytes) => {
      sent = bytes;
    });
    const request = httpRequest({
      host: '127.0.0.1',
      port: gateway.httpPort,
      path: '/cliservice',
      method: 'POST',
      headers: { authorization: basic('alice') },
    });
    request.on('error', () => {});
    request.end(info(sessionHandle));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.on('error', () => {});
    response.destroy();
    await expect.poll(() => sent, { timeout: 10_000 }).toBe(total);
    engine.write = (socket, framed) => void socket.write(framed);
    expect((await send({ body: info(sessionHandle) })).status).toBe(200);
  });

  it('that a client does not read stops the engine, then the client is cut off', async () => {
    await start({ 'kyuubi.frontend.stall.timeout': '200' });
    const sessionHandle = handleIn(await send());
    const engine = await gateway.readyEngine();
    const total = 200 * 1_048_576;
    let sent = 0;
    engine.write = streamed(total, (bytes) => {
      sent = bytes;
    });
    const socket = connect({ host: '127.0.0.1', port: gateway.httpPort });
    await once(socket, 'connect');
    const body = info(sessionHandle);
    socket.pause();
    socket.write(
      `POST /cliservice HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic('alice')}\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body);
    await expect.poll(() => sent).toBeGreaterThan(0);
    await expect
      .poll(async () => {
        const before = sent;
        await new Promise((resolve) => setTimeout(resolve, 50));
        return sent - before;
      })
      .toBe(0);
    gateway.clock.advance(200);
    // Once the client is cut off, the rest of the reply is read away.
    await expect.poll(() => sent, { timeout: 20_000 }).toBe(total);
    socket.on('error', () => {});
    let received = 0;
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    socket.resume();
    await once(socket, 'close');
    expect(received).toBeLessThan(total);
  });
});

describe('an operation whose client leaves before it hears of it', () => {
  const statement = (sessionHandle: TSessionHandle, runAsync: boolean) =>
    encodeCall('ExecuteStatement', 1, { sessionHandle, statement: 'wait', runAsync });

  /** Sends a call, and returns how to leave without its answer. */
  function sendAndLeave(body: Uint8Array): () => void {
    const socket = connect({ host: '127.0.0.1', port: gateway.httpPort });
    socket.on('error', () => {});
    socket.write(
      `POST /cliservice HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic('alice')}\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body);
    return () => socket.destroy();
  }

  it('is canceled and closed while it runs', async () => {
    await start();
    const sessionHandle = handleIn(await send());
    const engine = await gateway.readyEngine();
    const leave = sendAndLeave(statement(sessionHandle, false));
    await engine.until(({ operations }) => operations.size === 1);
    leave();
    await engine.until(({ operations }) => operations.size === 0);
    expect(engine.callsOf('CancelOperation')).toHaveLength(1);
    expect(engine.callsOf('CloseOperation')).toHaveLength(1);
    expect((await send({ body: info(sessionHandle) })).status).toBe(200);
  });

  it('is canceled and closed if it starts only then', async () => {
    await start();
    const sessionHandle = handleIn(await send());
    const engine = await gateway.readyEngine();
    const held: (() => void)[] = [];
    const { write } = engine;
    engine.write = (socket, framed, method) => {
      if (method === 'ExecuteStatement') held.push(() => write(socket, framed, method));
      else write(socket, framed, method);
    };
    const leave = sendAndLeave(statement(sessionHandle, true));
    await engine.until(({ answered }) => answered.includes('ExecuteStatement'));
    leave();
    // The gateway sees this one come after the other has left.
    await send({ body: info(sessionHandle) });
    for (const release of held) release();
    await engine.until(({ operations }) => operations.size === 0);
    expect(engine.callsOf('CancelOperation')).toHaveLength(1);
  });

  it('stays when the answer has left', async () => {
    await start();
    const sessionHandle = handleIn(await send());
    const engine = await gateway.readyEngine();
    await send({ body: statement(sessionHandle, true) });
    await send({ body: info(sessionHandle) });
    expect(engine.operations.size).toBe(1);
    expect(engine.callsOf('CancelOperation')).toHaveLength(0);
  });
});

describe('a reply that waits behind another one on its connection', () => {
  /** The first of two calls is not answered, the second has more rows than may wait. */
  async function pipelined() {
    await start({ 'kyuubi.engine.max.connections': '2', 'kyuubi.frontend.stall.timeout': '60000' });
    const sessionHandle = handleIn(await send());
    const engine = await gateway.readyEngine();
    let calls = 0;
    engine.write = (socket, framed, method) => {
      if (method !== 'GetInfo') socket.write(framed);
      else if (++calls === 2) streamed(64 * 1_048_576)(socket, framed, method);
      else if (calls > 2) socket.write(framed);
    };
    const socket = connect({ host: '127.0.0.1', port: gateway.httpPort });
    socket.on('error', () => {});
    const body = info(sessionHandle);
    const head = `POST /cliservice HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic('alice')}\r\nContent-Length: ${body.length}\r\n\r\n`;
    socket.write(Buffer.concat([Buffer.from(head), body]));
    await engine.until(({ answered }) => answered.includes('GetInfo'));
    socket.write(Buffer.concat([Buffer.from(head), body]));
    await engine.until(({ answered }) => answered.filter((method) => method === 'GetInfo').length === 2);
    return { socket, sessionHandle };
  }

  it('holds no engine connection when the client has gone', async () => {
    const { socket, sessionHandle } = await pipelined();
    socket.destroy();
    expect((await send({ body: info(sessionHandle) })).status).toBe(200);
  });

  it('is cut off with its connection after the stall time-out', async () => {
    const { socket, sessionHandle } = await pipelined();
    const closed = once(socket, 'close');
    socket.resume();
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    gateway.clock.advance(60_000);
    await closed;
    expect((await send({ body: info(sessionHandle) })).status).toBe(200);
  });
});

it('takes no headers without bound', async () => {
  await start();
  const { status } = await send({ headers: { 'x-filler': 'x'.repeat(10_000) } });
  expect(status).toBe(431);
});

it('leaves the session of a client that goes away alone', async () => {
  await start();
  const sessionHandle = handleIn(await send());
  expect(gateway.gateway.openSessions).toBe(1);
  expect((await send({ body: info(sessionHandle) })).status).toBe(200);
});
