import { TStatusCode } from '@senbon/hive-thrift';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SenbonError } from './errors/senbon-error.ts';
import { GatewayState } from './gateway.ts';
import { type DrainRequest, encodeDrainRecord, parseDrainReport } from './lifecycle/drain-record.ts';
import { openRequest, TestGateway } from './testing/test-gateway.ts';

const running: TestGateway[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(running.splice(0).map((gateway) => gateway.stop()));
});

async function create(): Promise<TestGateway> {
  const made = await TestGateway.create();
  running.push(made);
  return made;
}

async function start(): Promise<TestGateway> {
  const made = await create();
  await made.gateway.start();
  return made;
}

async function open(made: TestGateway, user = 'alice') {
  const client = await made.connect(user);
  const response = await client.call('OpenSession', openRequest());
  return {
    client,
    response,
    sessionHandle: response.sessionHandle as NonNullable<typeof response.sessionHandle>,
  };
}

/** With one session, so that it lasts; as `kyuubi-ctl delete server` begins it. */
async function draining(): Promise<TestGateway & { client: Awaited<ReturnType<typeof open>> }> {
  const made = await start();
  const client = await open(made);
  made.ensemble.remove(made.ensemble.nodes('/kyuubi')[0]?.path ?? '');
  await expect.poll(() => made.gateway.state).toBe(GatewayState.draining);
  return Object.assign(made, { client });
}

const reportPath = (made: TestGateway) => `/kyuubi_drain/127.0.0.1:${made.binaryPort}`;
const reportOf = (made: TestGateway) =>
  parseDrainReport(made.ensemble.values.get(reportPath(made))?.value ?? Buffer.of());
const ask = (made: TestGateway, request: Pick<DrainRequest, 'action' | 'deadlineMs' | 'nodes'>) => {
  const path = `/kyuubi_drain_request/127.0.0.1:${made.binaryPort}`;
  const value = encodeDrainRecord({ at: 0, ...request });
  made.ensemble.values.set(path, { path, value, version: 0 });
};

describe('a drain', () => {
  it('is shown beside the server space until it is over', async () => {
    const made = await draining();
    await expect
      .poll(() => reportOf(made))
      .toMatchObject({
        host: '127.0.0.1',
        port: made.binaryPort,
        why: 'its node was deleted',
        sessions: 1,
        users: [{ user: 'alice', sessions: 1 }],
        deadline: made.clock.now() + 3_600_000,
        canUndo: true,
      });
    expect(made.ensemble.nodes('/kyuubi')).toEqual([]);
    await made.client.client.call('CloseSession', { sessionHandle: made.client.sessionHandle });
    await made.gateway.stopped;
    expect(made.ensemble.values.has(reportPath(made))).toBe(false);
  });

  it('ends at the deadline that it was asked for, even before it began', async () => {
    const made = await start();
    const { client } = await open(made);
    const path = made.ensemble.nodes('/kyuubi')[0]?.path ?? '';
    ask(made, { action: 'drain', deadlineMs: 47_000, nodes: [path] });
    made.ensemble.remove(path);
    await made.clock.untilTimer(47_000);
    made.clock.advance(46_000);
    expect(made.gateway.state).toBe(GatewayState.draining);
    made.clock.advance(1_000);
    await client.closed;
    await made.gateway.stopped;
    expect(made.logger.has('The drain was asked to end within PT47S')).toBe(true);
    expect(made.logger.has('1 session(s) that are cut off, of alice (1)')).toBe(true);
    expect([...made.ensemble.values.keys()].filter((path) => path.includes('_drain'))).toEqual([]);
  });

  it('is not cut short by a request that was left behind, even one that names an earlier node of its own', async () => {
    const made = await start();
    const { client, sessionHandle } = await open(made);
    const [first] = made.ensemble.nodes('/kyuubi');
    made.ensemble.remove(first?.path ?? '');
    await expect.poll(() => reportOf(made)).not.toBeNull();
    await made.gateway.undrain('on second thoughts');
    ask(made, { action: 'drain', deadlineMs: 47_000, nodes: [first?.path ?? ''] });
    void made.gateway.drain('SIGTERM');
    await expect.poll(() => made.logger.has('that was not for this drain')).toBe(true);
    expect(made.logger.has('was asked to end within')).toBe(false);
    await client.call('CloseSession', { sessionHandle });
    await made.gateway.stopped;
  });

  it('is not misled by what an earlier gateway left at its address', async () => {
    const made = await create();
    const path = '/kyuubi_drain_request/127.0.0.1:0';
    const clear = vi.spyOn(made.ensemble.values, 'delete');
    made.ensemble.values.set(path, { path, value: Buffer.from('{}'), version: 0 });
    await made.gateway.start();
    expect(clear).toHaveBeenCalledWith(`/kyuubi_drain_request/127.0.0.1:${made.binaryPort}`);
    expect(clear).toHaveBeenCalledWith(reportPath(made));
  });
});

describe('undrain', () => {
  it('takes sessions again and registers anew, as often as it is asked for', async () => {
    const made = await draining();
    for (let round = 0; round < 2; round++) {
      await expect.poll(() => reportOf(made)).not.toBeNull();
      ask(made, { action: 'undo', deadlineMs: null });
      made.clock.advance(1_000);
      await expect.poll(() => made.gateway.state).toBe(GatewayState.running);
      await expect.poll(() => made.ensemble.nodes('/kyuubi')).toHaveLength(1);
      await expect.poll(() => reportOf(made)).toBeNull();
      const { response } = await open(made, `bob${round}`);
      expect(response.status.statusCode).toBe(TStatusCode.SUCCESS);
      made.ensemble.remove(made.ensemble.nodes('/kyuubi')[0]?.path ?? '');
      await expect.poll(() => made.gateway.state).toBe(GatewayState.draining);
    }
    expect(made.logger.has('draining -> running (asked to take sessions again)')).toBe(true);
    expect(made.gateway.openSessions).toBe(3);
  });

  it('leaves nothing of the drain behind: no deadline, no end with the last session', async () => {
    const made = await draining();
    await made.clock.untilTimer(3_600_000);
    await made.gateway.undrain('on second thoughts');
    expect(made.clock.delays).not.toContain(3_600_000);
    await made.client.client.call('CloseSession', { sessionHandle: made.client.sessionHandle });
    expect(made.gateway.state).toBe(GatewayState.running);
    expect(made.logger.has('cut off')).toBe(false);
  });

  it('is refused where there is no drain, and after a signal', async () => {
    const made = await start();
    await expect(made.gateway.undrain('why not')).rejects.toMatchObject({
      code: 'DRAIN_REFUSED',
      message: expect.stringContaining('it is running'),
    });
    await open(made);
    void made.gateway.drain('SIGTERM');
    await expect(made.gateway.undrain('why not')).rejects.toThrow('it was told to end for good');
    expect(made.gateway.state).toBe(GatewayState.draining);
    const { gateway } = await draining();
    void gateway.drain('SIGTERM');
    await expect(gateway.undrain('why not')).rejects.toMatchObject({ code: 'DRAIN_REFUSED' });
  });

  it('that cannot register drains on', async () => {
    const made = await draining();
    vi.spyOn(made.ensemble, 'add').mockImplementationOnce(() => {
      throw new SenbonError('DISCOVERY_UNREACHABLE', { addresses: 'memory:0', problem: 'p' });
    });
    await expect(made.gateway.undrain('try it')).rejects.toMatchObject({ code: 'DISCOVERY_UNREACHABLE' });
    expect(made.gateway.state).toBe(GatewayState.draining);
    await made.gateway.undrain('once more');
    expect(made.gateway.state).toBe(GatewayState.running);
    expect(made.ensemble.nodes('/kyuubi')).toHaveLength(1);
  });

  it('is overtaken by the end', async () => {
    const made = await draining();
    const undone = made.gateway.undrain('wait');
    const stopped = made.gateway.destroy('no');
    await Promise.all([undone, stopped]);
    expect(made.gateway.state).toBe(GatewayState.stopped);
    expect(made.ensemble.nodes('/kyuubi')).toEqual([]);
    expect(made.clock.delays).toEqual([]);
  });
});

describe('a client that comes while the gateway starts', () => {
  async function starting() {
    const made = await create();
    let register = () => {};
    const registered = new Promise<void>((resolve) => {
      register = resolve;
    });
    const client = made.ensemble.client.bind(made.ensemble);
    vi.spyOn(made.ensemble, 'client').mockImplementation(() => {
      const real = client();
      const registerNow = real.registry.register.bind(real.registry);
      vi.spyOn(real.registry, 'register').mockImplementation(async (...args) => {
        await registered;
        return registerNow(...args);
      });
      return real;
    });
    const started = made.gateway.start();
    await expect.poll(() => made.binaryPort).toBeGreaterThan(0);
    const connection = await made.connect();
    const opening = connection.call('OpenSession', openRequest());
    // Any answer would come before that of a call that was sent later.
    await (await made.connect('bob')).call('GetInfo', {
      sessionHandle: { sessionId: { guid: Buffer.alloc(16), secret: Buffer.alloc(16) } },
      infoType: 17,
    });
    expect(made.gateway.openSessions).toBe(0);
    return { made, started, register, opening };
  }

  it('waits, and is served once it is registered', async () => {
    const { started, register, opening } = await starting();
    register();
    await started;
    expect((await opening).status.statusCode).toBe(TStatusCode.SUCCESS);
  });

  it('hears that it will not be', async () => {
    const { made, started, register, opening } = await starting();
    const failed = expect(started).rejects.toMatchObject({ code: 'OPERATION_CANCELED' });
    const answer = opening.then(
      ({ status }) => status.statusCode,
      () => 'cut off',
    );
    const destroyed = made.gateway.destroy('changed my mind');
    register();
    await Promise.all([failed, destroyed]);
    expect([TStatusCode.ERROR, 'cut off']).toContain(await answer);
    expect(made.gateway.openSessions).toBe(0);
  });
});
