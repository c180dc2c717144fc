import { connect } from 'node:net';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { TStatusCode } from '@senbon/hive-thrift';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SenbonError } from './errors/senbon-error.ts';
import { GatewayState } from './gateway.ts';
import { openRequest, TestGateway } from './testing/test-gateway.ts';

const running: TestGateway[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(running.splice(0).map((gateway) => gateway.stop()));
});

async function create(conf: Record<string, string> = {}, beside?: TestGateway): Promise<TestGateway> {
  const made = await TestGateway.create(conf, beside);
  running.push(made);
  return made;
}

async function start(conf: Record<string, string> = {}, beside?: TestGateway): Promise<TestGateway> {
  const made = await create(conf, beside);
  await made.gateway.start();
  return made;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  const isOpen = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return isOpen;
}

async function openSession(gateway: TestGateway, user = 'alice') {
  const client = await gateway.connect(user);
  const response = await client.call('OpenSession', openRequest());
  return { client, response, handle: response.sessionHandle as NonNullable<typeof response.sessionHandle> };
}

/** The same, when it has its engine. */
async function openReady(gateway: TestGateway, user = 'alice') {
  const session = await openSession(gateway, user);
  await session.client.call('GetInfo', { sessionHandle: session.handle, infoType: 17 });
  return session;
}

describe('start', () => {
  it('listens, registers, and says where', async () => {
    const { gateway, ensemble, logger, binaryPort } = await start();
    expect(gateway.state).toBe(GatewayState.running);
    const [node] = ensemble.nodes('/kyuubi');
    expect(node).toMatchObject({
      host: '127.0.0.1',
      port: binaryPort,
      attributes: { version: '0.0.0-test' },
    });
    expect(
      logger.has(`Starting and exposing JDBC connection at: jdbc:hive2://127.0.0.1:${binaryPort}/`),
    ).toBe(true);
    expect(logger.has('Registered KyuubiServiceDiscovery in namespace kyuubi.')).toBe(true);
    expect(await isListening(binaryPort)).toBe(true);
  });

  it('serves a session from open to close', async () => {
    const made = await start();
    const { client, response, handle } = await openSession(made);
    expect(response.status.statusCode).toBe(TStatusCode.SUCCESS);
    const info = await client.call('GetInfo', { sessionHandle: handle, infoType: 17 });
    expect(info.infoValue).toEqual({ stringValue: 'fake' });
    expect(made.gateway.openSessions).toBe(1);
    await client.call('CloseSession', { sessionHandle: handle });
    expect(made.gateway.openSessions).toBe(0);
    await made.engine().until(({ sessions }) => sessions.size === 0);
  });

  it('may serve HTTP alone', async () => {
    const { gateway, ensemble } = await start({ 'kyuubi.frontend.protocols': 'THRIFT_HTTP' });
    expect(ensemble.nodes('/kyuubi')).toEqual([]);
    await gateway.drain('asked to');
    expect(gateway.state).toBe(GatewayState.stopped);
  });

  it.each([
    [{ 'kyuubi.frontend.protocols': 'MYSQL' }, 'CONFIG_INVALID'],
    [{ 'kyuubi.authentication': 'KERBEROS' }, 'CONFIG_INVALID'],
    [{ 'kyuubi.session.idle.timeout': 'soon' }, 'CONFIG_INVALID'],
  ])('with %j fails, and leaves nothing open', async (conf, code) => {
    const { gateway, ensemble, clock } = await create(conf);
    await expect(gateway.start()).rejects.toMatchObject({ code });
    expect(gateway.state).toBe(GatewayState.stopped);
    expect(ensemble.clients.size).toBe(0);
    expect(clock.delays).toEqual([]);
    await gateway.stopped;
  });

  it('on a port that is taken fails, names the key, and leaves nothing open', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const taken = String((other.address() as AddressInfo).port);
    const { gateway, ensemble, clock, binaryPort } = await create({
      'kyuubi.frontend.thrift.http.bind.port': taken,
    });
    await expect(gateway.start()).rejects.toMatchObject({
      code: 'BIND_FAILED',
      message: expect.stringContaining(
        `Cannot listen on 127.0.0.1:${taken} for THRIFT_HTTP: listen EADDRINUSE: address already in use`,
      ),
      details: { key: 'kyuubi.frontend.thrift.http.bind.port' },
    });
    expect(await isListening(binaryPort)).toBe(false);
    expect(ensemble.clients.size).toBe(0);
    expect(ensemble.entries.size).toBe(0);
    expect(clock.delays).toEqual([]);
    other.close();
  });

  it('without discovery fails', async () => {
    const { gateway, ensemble } = await create();
    ensemble.unreachable = new SenbonError('DISCOVERY_UNREACHABLE', { addresses: 'memory:0', problem: 'p' });
    await expect(gateway.start()).rejects.toBe(ensemble.unreachable);
    expect(gateway.state).toBe(GatewayState.stopped);
  });

  it.each(['destroy', 'drain'] as const)('interrupted by %s leaves nothing open', async (how) => {
    const { gateway, ensemble, clock } = await create();
    const started = gateway.start();
    const failed = expect(started).rejects.toMatchObject({ code: expect.any(String) });
    await gateway[how]('changed my mind');
    await failed;
    expect(gateway.state).toBe(GatewayState.stopped);
    expect(ensemble.clients.size).toBe(0);
    expect(ensemble.entries.size).toBe(0);
    expect(clock.delays).toEqual([]);
    for (const { port } of gateway.frontends) expect(await isListening(port)).toBe(false);
  });
});

describe('destroy', () => {
  it('closes sessions, deregisters, stops listening and sets no timer any more', async () => {
    const made = await start();
    const { client } = await openReady(made);
    await made.engine().until(({ sessions }) => sessions.size === 1);
    const engine = made.engine();
    const port = made.binaryPort;
    await made.gateway.destroy('asked to');
    await client.closed;
    expect(made.gateway.state).toBe(GatewayState.stopped);
    expect(made.ensemble.nodes('/kyuubi')).toEqual([]);
    expect(made.ensemble.clients.size).toBe(0);
    expect(engine.sessions.size).toBe(0);
    await engine.until(({ sockets }) => sockets.size === 0);
    expect(await isListening(port)).toBe(false);
    expect(made.clock.delays).toEqual([]);
  });

  it('deregisters before it stops serving', async () => {
    const made = await start();
    const order: string[] = [];
    const [entry] = made.ensemble.entries.values();
    const remove = made.ensemble.remove.bind(made.ensemble);
    vi.spyOn(made.ensemble, 'remove').mockImplementation((path, end) => {
      if (path === entry?.node.path) order.push('deregistered');
      return remove(path, end);
    });
    for (const frontend of made.gateway.frontends) {
      const close = frontend.close.bind(frontend);
      vi.spyOn(frontend, 'close').mockImplementation(async (graceMs) => {
        order.push('closed');
        await close(graceMs);
      });
    }
    await made.gateway.destroy('asked to');
    expect(order.slice(0, 2)).toEqual(['deregistered', 'closed']);
  });

  it('is idempotent', async () => {
    const { gateway } = await start();
    await Promise.all([gateway.destroy('a'), gateway.destroy('b'), gateway.drain('c'), gateway.stopped]);
    expect(gateway.state).toBe(GatewayState.stopped);
  });

  it('before the start is the end', async () => {
    const { gateway } = await create();
    await gateway.destroy('never mind');
    expect(gateway.state).toBe(GatewayState.stopped);
    await expect(gateway.start()).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('ends a launch that is under way', async () => {
    const made = await start();
    made.plugin.onLaunch = async () => {};
    await openSession(made);
    const launch = await made.plugin.launched();
    await made.clock.untilTimer(180_000);
    await made.gateway.destroy('asked to');
    expect(launch.kills).toBe(1);
  });

  it('ends a call that its engine does not answer', async () => {
    const made = await start();
    const { client, handle } = await openReady(made);
    made.engine().write = () => {};
    const call = client.call('GetInfo', { sessionHandle: handle, infoType: 17 });
    const failed = expect(call).rejects.toMatchObject({ kind: 'lost' });
    await made.engine().until((engine) => engine.callsOf('GetInfo').length === 2);
    const stopped = made.gateway.destroy('asked to');
    await failed;
    // The engine does not answer CloseSession either.
    await made.clock.untilTimer(3_000);
    made.clock.advance(3_000);
    await stopped;
    await made.engine().until(({ sockets }) => sockets.size === 0);
  });

  it('does not hang when discovery does', async () => {
    const made = await start();
    for (const client of made.ensemble.clients)
      vi.spyOn(client, 'close').mockReturnValue(new Promise(() => {}));
    vi.spyOn(made.ensemble, 'remove').mockReturnValue(true);
    const stopped = made.gateway.destroy('asked to');
    const over = stopped.then(() => true);
    for (let turn = 0; turn < 1_000 && made.gateway.state !== GatewayState.stopped; turn++) {
      await new Promise(setImmediate);
      made.clock.advance(1_000);
    }
    expect(await over).toBe(true);
    expect(made.logger.has(/did not close/)).toBe(true);
  });
});

describe('drain', () => {
  it('without sessions stops at once', async () => {
    const { gateway, ensemble } = await start();
    await gateway.drain('asked to');
    expect(gateway.state).toBe(GatewayState.stopped);
    expect(ensemble.nodes('/kyuubi')).toEqual([]);
  });

  it('begins when somebody deletes the node, and does not register again', async () => {
    const made = await start();
    const { client, handle } = await openSession(made);
    const [node] = made.ensemble.nodes('/kyuubi');
    made.ensemble.remove(node?.path ?? '');
    await expect.poll(() => made.gateway.state).toBe(GatewayState.draining);
    expect(
      made.logger.has(
        'is now de-registered from memory. The server will be shut down after the last client session completes.',
      ),
    ).toBe(true);
    expect(made.ensemble.nodes('/kyuubi')).toEqual([]);
    const info = await client.call('GetInfo', { sessionHandle: handle, infoType: 17 });
    expect(info.infoValue).toEqual({ stringValue: 'fake' });
    await client.call('CloseSession', { sessionHandle: handle });
    await made.gateway.stopped;
  });

  it('answers the CloseSession that ends it', async () => {
    for (const connect of [(made: TestGateway) => made.connect(), async (made: TestGateway) => made.http()]) {
      const made = await start();
      const client = await connect(made);
      const { sessionHandle } = await client.call('OpenSession', openRequest());
      const drained = made.gateway.drain('asked to');
      await expect.poll(() => made.gateway.state).toBe(GatewayState.draining);
      const closed = await client.call('CloseSession', { sessionHandle: sessionHandle as never });
      expect(closed.status.statusCode).toBe(TStatusCode.SUCCESS);
      await drained;
    }
  });

  it('refuses new sessions on every transport and names another gateway', async () => {
    const made = await start();
    const other = await start({}, made);
    const { client } = await openSession(made);
    void made.gateway.drain('asked to');
    await expect.poll(() => made.gateway.state).toBe(GatewayState.draining);
    for (const each of [client, await made.connect('bob'), made.http('carol')]) {
      const { status } = await each.call('OpenSession', openRequest());
      expect(status).toMatchObject({
        statusCode: TStatusCode.ERROR,
        sqlState: '08004',
        errorMessage: expect.stringMatching(
          new RegExp(
            `127\\.0\\.0\\.1:${made.binaryPort}\\) is being drained.*Connect to one of: 127\\.0\\.0\\.1:${other.binaryPort}$`,
          ),
        ),
      });
    }
    expect(made.gateway.openSessions).toBe(1);
  });

  it('says so when there is no other gateway', async () => {
    const made = await start();
    await openSession(made);
    void made.gateway.drain('asked to');
    await expect.poll(() => made.gateway.state).toBe(GatewayState.draining);
    const { status } = await made.http().call('OpenSession', openRequest());
    expect(status.errorMessage).toContain('No other gateway is registered');
  });

  it('ends with its deadline and tells who was cut off', async () => {
    const made = await start({
      'kyuubi.server.drain.deadline': 'PT1M',
      'kyuubi.server.drain.report.interval': 'PT10S',
    });
    const { client } = await openSession(made);
    const drained = made.gateway.drain('asked to');
    await made.clock.untilTimer(60_000);
    made.clock.advance(10_000);
    expect(made.logger.has('1 connection(s) are active, delay shutdown')).toBe(true);
    expect(made.gateway.state).toBe(GatewayState.draining);
    made.clock.advance(50_000);
    await drained;
    await client.closed;
    expect(
      made.logger.has(/The drain ends with SessionHandle \[[0-9a-f-]+\] of alice@127\.0\.0\.1 still open/),
    ).toBe(true);
    await made.engine().until(({ sessions }) => sessions.size === 0);
  });

  it('is cut short by destroy', async () => {
    const made = await start();
    await openSession(made);
    const drained = made.gateway.drain('asked to');
    await made.clock.untilTimer(3_600_000);
    await made.gateway.destroy('no time');
    await drained;
    expect(made.gateway.state).toBe(GatewayState.stopped);
  });

  it('does not depend on discovery', async () => {
    const made = await start();
    await openSession(made);
    for (const client of made.ensemble.clients) {
      vi.spyOn(client.registry, 'list').mockReturnValue(new Promise(() => {}));
    }
    vi.spyOn(made.ensemble, 'remove').mockImplementation(() => {
      throw new SenbonError('DISCOVERY_UNREACHABLE', { addresses: 'memory:0', problem: 'p' });
    });
    const drained = made.gateway.drain('asked to');
    await made.clock.untilTimer(3_600_000);
    made.clock.advance(3_600_000);
    for (let turn = 0; turn < 1_000 && made.gateway.state !== GatewayState.stopped; turn++) {
      await new Promise(setImmediate);
      made.clock.advance(1_000);
    }
    await drained;
  });
});

it('publishes Hive’s configs when asked to', async () => {
  const made = await create({ 'kyuubi.ha.zookeeper.publish.configs': 'true' });
  const add = vi.spyOn(made.ensemble, 'add');
  await made.gateway.start();
  expect(add.mock.calls[0]?.[1].data).toContain(`hive.server2.thrift.port=${made.binaryPort};`);
});

it('registers in a namespace of several levels', async () => {
  const { ensemble } = await start({ 'kyuubi.ha.namespace': '/prod/sql/' });
  expect(ensemble.nodes('/prod/sql')).toHaveLength(1);
});
