import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { EmbeddedZooKeeperError, startEmbeddedZooKeeper } from '../index.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { startTestServer } from '../testing/start.ts';
import { ErrorCode } from '../wire/error-code.ts';
import { OpCode } from '../wire/op-code.ts';
import { CreateRequest, PathVersionRequest, PathWatchRequest } from '../wire/records.ts';
import { OPEN_ACL } from '../tree/acl.ts';
import { SWEEP_INTERVAL_MS } from './server.ts';

describe('start', () => {
  it('says where it listens', async () => {
    const { server } = await startTestServer();
    expect(server.port).toBeGreaterThan(0);
    expect(server.address).toBe(`127.0.0.1:${server.port}`);
    expect(server.host).toBe('127.0.0.1');
  });

  it('puts an IPv6 address in brackets', async () => {
    const server = await startEmbeddedZooKeeper({ host: '::1', port: 0 });
    expect(server.address).toBe(`[::1]:${server.port}`);
    await server.close();
  });

  it('needs no clock and no log', async () => {
    const server = await startEmbeddedZooKeeper({ host: '127.0.0.1', port: 0 });
    await server.close();
  });

  it('fails on a taken port, says so, and leaves no timer', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => {
      taken.listen(0, '127.0.0.1', resolve);
    });
    const { port } = taken.address() as AddressInfo;
    const clock = new FakeClock();
    const starting = startEmbeddedZooKeeper({ host: '127.0.0.1', port, clock });
    await expect(starting).rejects.toThrow(EmbeddedZooKeeperError);
    await expect(starting).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:${port}.*EADDRINUSE.*port 0`)) as string,
    });
    expect(clock.pendingCount).toBe(0);
    await new Promise((resolve) => {
      taken.close(resolve);
    });
  });

  it.each([
    [{ port: 70_000 }, 'port'],
    [{ tickTimeMs: 0 }, 'tickTimeMs'],
    [{ minSessionTimeoutMs: 0.5 }, 'minSessionTimeoutMs'],
    [{ minSessionTimeoutMs: 9000, maxSessionTimeoutMs: 8000 }, 'maxSessionTimeoutMs'],
    [{ maxClientConnections: -1 }, 'maxClientConnections'],
  ])('refuses %j', async (options, name) => {
    await expect(startEmbeddedZooKeeper({ host: '127.0.0.1', port: 0, ...options })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(`option ${name}`) as string,
    });
  });
});

describe('close', () => {
  it('ends all connections, also those without a session, and frees the port', async () => {
    const { server, connect, open, clock } = await startTestServer();
    const client = await connect();
    const silent = await open();
    const closing = server.close();
    await Promise.all([closing, server.close(), client.closed, silent.closed]);
    expect(clock.pendingCount).toBe(0);
    const again = await startEmbeddedZooKeeper({ host: '127.0.0.1', port: server.port });
    await again.close();
  });

  it('forgets everything', async () => {
    const first = await startTestServer();
    await (await first.connect()).create('/a');
    await first.server.close();
    const second = await startTestServer();
    const client = await second.connect();
    const exists = await client.request(OpCode.exists, (writer) =>
      PathWatchRequest.write(writer, { path: '/a', watch: false }),
    );
    expect(exists.err).toBe(ErrorCode.noNode);
  });
});

describe('the sweep', () => {
  it('deletes an emptied container and tells its watchers', async () => {
    const { connect, clock } = await startTestServer();
    const client = await connect({ timeoutMs: 60_000 });
    await client.request(OpCode.createContainer, (writer) => {
      CreateRequest.write(writer, { path: '/c', data: null, acl: OPEN_ACL, flags: 4 });
    });
    await client.create('/c/x');
    await client.request(OpCode.delete, (writer) =>
      PathVersionRequest.write(writer, { path: '/c/x', version: -1 }),
    );
    await client.request(OpCode.exists, (writer) =>
      PathWatchRequest.write(writer, { path: '/c', watch: true }),
    );
    clock.advance(SWEEP_INTERVAL_MS / 2);
    await client.ping();
    expect(client.events).toEqual([]);
    clock.advance(SWEEP_INTERVAL_MS / 2);
    await client.ping();
    expect(client.events).toMatchObject([{ type: 2, path: '/c' }]);
  });
});

describe('the log', () => {
  it('tells of the life of connections and of no passwords', async () => {
    const { connect, logged, server, clock } = await startTestServer();
    const client = await connect({ timeoutMs: 6000 });
    await client.auth('digest', 'ann:secret');
    clock.advance(9000);
    await client.closed;
    await server.close();
    const text = logged.map(({ level, message }) => `${level} ${message}`).join('\n');
    expect(text).toContain(`info embedded ZooKeeper listens on ${server.address}`);
    expect(text).toMatch(
      /debug connection 127\.0\.0\.1:\d+, session 0x[0-9a-f]+: open -> closed: session expired/,
    );
    expect(text).toMatch(/info session 0x[0-9a-f]+ expired after 6000 ms/);
    expect(text).not.toContain('secret');
    expect(text).not.toContain(client.session.password.toString('hex'));
  });
});
