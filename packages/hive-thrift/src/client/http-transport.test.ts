import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Handlers } from '../dispatch/handlers.ts';
import { type CallContext, type HttpHiveServer, startHttpHiveServer } from '../testing/hive-server.ts';
import { sessionHandle, TableServer } from '../testing/table-server.ts';
import { HttpTransport, type HttpTransportOptions } from './http-transport.ts';

const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
const close = { sessionHandle };

async function serve(
  answer?: Parameters<typeof startHttpHiveServer>[1],
  handlers: Handlers<CallContext> = new TableServer().handlers,
): Promise<HttpHiveServer> {
  const server = await startHttpHiveServer(handlers, answer);
  closers.push(() => server.close());
  return server;
}

function transport(url: string, options: Partial<HttpTransportOptions> = {}): HttpTransport {
  const made = new HttpTransport({ url, ...options });
  closers.push(() => made.destroy(new Error('test over')));
  return made;
}

describe('HttpTransport', () => {
  it('posts Thrift with what servers want to see', async () => {
    const server = await serve();
    await transport(server.url, {
      auth: { scheme: 'basic', user: 'ann', password: 'gehéim' },
      headers: { 'x-trace': '1' },
    }).call('CloseSession', close);
    const [request] = server.requests;
    expect(request?.url).toBe('/cliservice');
    expect(request?.headers).toMatchObject({
      'content-type': 'application/x-thrift',
      'x-xsrf-header': 'true',
      'x-trace': '1',
      authorization: `Basic ${Buffer.from('ann:gehéim').toString('base64')}`,
    });
    expect(Number(request?.headers['content-length'])).toBeGreaterThan(50);
    expect(request?.headers['transfer-encoding']).toBeUndefined();
  });

  it('sends a token, or nothing', async () => {
    const server = await serve();
    await transport(server.url, { auth: { scheme: 'bearer', token: 'abc' } }).call('CloseSession', close);
    await transport(server.url).call('CloseSession', close);
    expect(server.requests.map(({ headers }) => headers['authorization'])).toEqual(['Bearer abc', undefined]);
  });

  it('keeps its connection and sends cookies back without their attributes', async () => {
    const server = await serve(() => ({
      status: 200,
      body: '',
      headers: { 'set-cookie': 'hive.server2.auth=a=b; Max-Age=86400; HttpOnly' },
    }));
    const http = transport(server.url);
    for (let i = 0; i < 3; i++) await http.call('CloseSession', close);
    expect(server.requests.map(({ headers }) => headers['cookie'])).toEqual([
      undefined,
      'hive.server2.auth=a=b',
      'hive.server2.auth=a=b',
    ]);
    expect(server.connections()).toBe(1);
  });

  it('sends cookies it was given until the server sets them anew', async () => {
    let sets = 0;
    const server = await serve(() => {
      sets += 1;
      return sets < 2 ? null : { status: 200, body: '', headers: { 'set-cookie': 'route=b' } };
    });
    const http = transport(server.url, { cookies: { route: 'a' } });
    for (let i = 0; i < 3; i++) await http.call('CloseSession', close);
    expect(server.requests.map(({ headers }) => headers['cookie'])).toEqual([
      'route=a',
      'route=a',
      'route=b',
    ]);
  });

  it('gives up a connection that does not come about in time', async () => {
    // It reads, and so sees the client go, but never speaks TLS.
    const server = createServer((socket) => socket.on('error', () => {}).resume());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/cliservice`;
    await expect(transport(url, { connectTimeoutMs: 50 }).call('CloseSession', close)).rejects.toMatchObject({
      kind: 'unreachable',
      message: `no connection to ${url} within 50 ms`,
    });
  });

  it('keeps a Secure cookie off plain http', async () => {
    const server = await serve(() => ({ status: 200, body: '', headers: { 'set-cookie': 'a=b; Secure' } }));
    const http = transport(server.url);
    await http.call('CloseSession', close);
    await http.call('CloseSession', close);
    expect(server.requests.at(-1)?.headers['cookie']).toBeUndefined();
  });

  it('has calls under way at once', async () => {
    const table = new TableServer();
    let release = (): void => {};
    table.gate = new Promise((resolve) => {
      release = resolve;
    });
    const http = transport((await serve(undefined, table.handlers)).url);
    const slow = http.call('ExecuteStatement', { sessionHandle, statement: 'rows' });
    await expect(http.call('GetInfo', { sessionHandle, infoType: 13 })).resolves.toMatchObject({
      infoValue: {},
    });
    release();
    await expect(slow).resolves.toMatchObject({ status: { statusCode: 0 } });
  });

  it.each([
    [401, 'refused'],
    [403, 'refused'],
    [500, 'http'],
    [404, 'http'],
    [302, 'http'],
  ])('throws at HTTP %i with the server’s words', async (status, kind) => {
    const server = await serve(() => ({ status, body: `words ${'x'.repeat(10_000)}` }));
    const error: Error = await transport(server.url)
      .call('CloseSession', close)
      .then(
        () => new Error('fine'),
        (e: Error) => e,
      );
    expect(error).toMatchObject({ name: 'ConnectionError', kind });
    expect(error.message).toContain(`${server.url} answered HTTP ${status}: words xxx`);
    expect(error.message.length).toBeLessThan(500);
  });

  it('does not put credentials into errors', async () => {
    const server = await serve(() => ({ status: 401, body: '' }));
    const http = transport(server.url.replace('//', '//ann:hunter2@'), {
      auth: { scheme: 'basic', user: 'ann', password: 'hunter2' },
    });
    const error: Error = await http.call('CloseSession', close).then(
      () => new Error('fine'),
      (e: Error) => e,
    );
    expect(error.message).toMatch(/answered HTTP 401$/);
    expect(error.message).not.toContain('hunter2');
  });

  it('throws when nobody listens', async () => {
    const server = await startHttpHiveServer({});
    await server.close();
    await expect(transport(server.url).call('CloseSession', close)).rejects.toMatchObject({
      kind: 'unreachable',
    });
  });

  it('throws when the server breaks off its answer', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cliservice`;
    await expect(transport(url).call('CloseSession', close)).rejects.toMatchObject({
      name: 'ConnectionError',
      kind: 'lost',
      message: `${url} broke off its answer after 4 bytes`,
    });
  });

  it('throws at a reply beyond its maximum', async () => {
    const server = await serve();
    await expect(
      transport(server.url, { maxMessageBytes: 20 }).call('CloseSession', close),
    ).rejects.toMatchObject({
      kind: 'http',
      message: expect.stringContaining('more than 20 bytes'),
    });
  });

  it('throws at an answer that is no Thrift', async () => {
    const server = createServer((socket) => {
      socket.once('data', () =>
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 13\r\nConnection: close\r\n\r\n<html></html>'),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => server.close(resolve)));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await expect(transport(url).call('CloseSession', close)).rejects.toMatchObject({
      name: 'ThriftProtocolError',
      kind: 'bad-version',
    });
  });

  it('gives up in time, or by its signal', async () => {
    const table = new TableServer();
    table.gate = new Promise(() => {});
    const http = transport((await serve(undefined, table.handlers)).url);
    const statement = { sessionHandle, statement: 'rows' };
    await expect(http.call('ExecuteStatement', statement, { timeoutMs: 30 })).rejects.toMatchObject({
      kind: 'timeout',
    });
    const controller = new AbortController();
    const call = http.call('ExecuteStatement', statement, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    await expect(
      http.call('ExecuteStatement', statement, { signal: AbortSignal.abort(new Error('late')) }),
    ).rejects.toThrow('late');
    await expect(http.call('CloseSession', close)).resolves.toEqual({ status: { statusCode: 0 } });
  });

  it('lets calls end when it is closed, and takes no more', async () => {
    const table = new TableServer();
    let release = (): void => {};
    table.gate = new Promise((resolve) => {
      release = resolve;
    });
    const http = transport((await serve(undefined, table.handlers)).url);
    const call = http.call('ExecuteStatement', { sessionHandle, statement: 'rows' });
    const closing = http.close();
    await expect(http.call('CloseSession', close)).rejects.toMatchObject({ kind: 'closed' });
    release();
    await expect(call).resolves.toMatchObject({ status: { statusCode: 0 } });
    await closing;
    await http.close();
  });

  it('does not wait longer than its deadline, and destroys at once', async () => {
    const table = new TableServer();
    table.gate = new Promise(() => {});
    const { url } = await serve(undefined, table.handlers);
    const statement = { sessionHandle, statement: 'rows' };
    const http = transport(url);
    const call = http.call('ExecuteStatement', statement);
    await Promise.all([
      expect(call).rejects.toMatchObject({ kind: 'closed' }),
      http.close({ deadlineMs: 30 }),
    ]);
    const other = transport(url);
    const pending = other.call('ExecuteStatement', statement);
    other.destroy(new Error('now'));
    await expect(pending).rejects.toThrow('now');
  });
});
