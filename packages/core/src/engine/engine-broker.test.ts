import { TProtocolVersion, TStatusCode } from '@senbon/hive-thrift';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { verifyGatewayToken } from '../auth/gateway-token.ts';
import { idOf } from '../session/handle.ts';
import { BrokerScene, type GatewaySide, orderOf, SECRET, SPACE } from '../testing/broker-scene.ts';
import { type EngineCall, FakeEngine } from '../testing/fake-engine.ts';

let at: BrokerScene;
let side: GatewaySide;

beforeEach(async () => {
  at = await BrokerScene.create();
  side = at.gateway();
});
afterEach(() => at.close());

/** A node whose engine is gone. */
async function stale(space = SPACE): Promise<string> {
  const engine = await FakeEngine.start();
  await engine.close();
  return at.ensemble.add(space, { host: '127.0.0.1', port: engine.port, version: 'v', refId: 'dead' }, null)
    .path;
}

describe('an engine that is there', () => {
  it('is used without a launch or a lock', async () => {
    const engine = await at.present();
    const order = orderOf();
    const { session, configuration } = await side.broker.openSession(order);
    expect(idOf(session.handle.guid)).toBe(order.sessionId);
    expect(session.user).toBe('alice');
    expect(configuration.get('kyuubi.engine.name')).toBe('fake engine');
    expect(engine.sessions.size).toBe(1);
    expect(at.plugin.launches).toEqual([]);
    expect(at.ensemble.lockHistory).toEqual([]);
  });

  it('is told whose session it is, and to keep it when connections drop', async () => {
    const engine = await at.present();
    const order = orderOf();
    await side.broker.openSession(order);
    const [call] = engine.callsOf('OpenSession');
    expect(call?.user).toBe('alice');
    const { configuration, username } = (call as EngineCall).request as {
      configuration: Map<string, string>;
      username: string;
    };
    expect(username).toBe('alice');
    expect(Object.fromEntries(configuration)).toEqual({
      'use:database': 'sales',
      'kyuubi.session.handle': order.sessionId,
      'kyuubi.session.alive.probe': 'false',
      'kyuubi.session.close.on.disconnect': 'false',
    });
  });

  it("is logged in at with a token of the server space's secret", async () => {
    const engine = await at.present();
    await side.broker.openSession(orderOf());
    const audience = { host: '127.0.0.1', port: engine.port, refId: 'old' };
    const check = { user: 'alice', engine: audience, nowMs: at.clock.now(), maxLifetimeMs: 1 };
    expect(() => verifyGatewayToken(SECRET, engine.passwords[0] ?? '', check)).not.toThrow();
  });

  it('is the latest of several', async () => {
    const first = await at.present();
    const second = await at.present();
    await side.broker.openSession(orderOf());
    expect([first.sessions.size, second.sessions.size]).toEqual([0, 1]);
  });

  it('may insist on its own handles', async () => {
    const engine = await at.present();
    engine.adoptsHandles = false;
    const order = orderOf();
    const { session } = await side.broker.openSession(order);
    expect(idOf(session.handle.guid)).not.toBe(order.sessionId);
    expect(engine.sessions.has(idOf(session.handle.guid))).toBe(true);
  });

  it('gets a connection authenticated as each user', async () => {
    const engine = await at.present('/kyuubi_v_SERVER_FAKE/svc/default');
    for (const user of ['alice', 'bob', 'alice']) {
      await side.broker.openSession(orderOf({ shareLevel: 'SERVER', user }));
    }
    expect(engine.callsOf('OpenSession').map(({ user }) => user)).toEqual(['alice', 'bob', 'alice']);
    expect(engine.logins).toEqual(['alice', 'bob']);
  });
});

describe('an empty space', () => {
  it('has one engine launched for a hundred sessions at once', async () => {
    at.plugin.onLaunch = async () => {};
    const opened = Array.from({ length: 100 }, () => side.broker.openSession(orderOf()));
    const launch = await at.plugin.launched();
    await at.plugin.register(launch);
    const sessions = await Promise.all(opened);
    expect(at.plugin.launches).toHaveLength(1);
    expect(launch.engine?.sessions.size).toBe(100);
    expect(new Set(sessions.map(({ session }) => idOf(session.handle.guid))).size).toBe(100);
    expect(at.ensemble.lockHistory).toEqual(['/kyuubi_v_USER_FAKE_lock/alice/default']);
  });

  it('has one engine launched for the sessions of two gateways', async () => {
    const other = at.gateway();
    at.plugin.onLaunch = async () => {};
    const opened = [side, other].flatMap(({ broker }) =>
      Array.from({ length: 10 }, () => broker.openSession(orderOf())),
    );
    await at.plugin.register(await at.plugin.launched());
    await Promise.all(opened);
    expect(at.plugin.launches).toHaveLength(1);
    expect(at.ensemble.lockHistory).toHaveLength(2);
  });

  it('tells the launch log to all that wait, also to who came late', async () => {
    at.plugin.onLaunch = async () => {};
    const [early, late]: [string[], string[]] = [[], []];
    const first = side.broker.openSession(orderOf({ log: (line) => early.push(line) }));
    const launch = await at.plugin.launched();
    launch.print('downloading');
    await expect.poll(() => early.at(-1)).toBe('downloading');
    const second = side.broker.openSession(orderOf({ log: (line) => late.push(line) }));
    expect(late).toEqual(early);
    await at.plugin.register(launch);
    await Promise.all([first, second]);
  });

  it('fails all that wait when the launch fails, and the next session tries anew', async () => {
    at.plugin.onLaunch = async (launch) => {
      launch.print('no memory');
      await launch.exit({ code: 1, signal: null });
    };
    const opened = Array.from({ length: 5 }, () => side.broker.openSession(orderOf()));
    for (const result of await Promise.allSettled(opened)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ENGINE_LAUNCH_FAILED' } });
    }
    expect(at.plugin.launches).toHaveLength(1);
    at.plugin.onLaunch = (launch) => at.plugin.register(launch);
    await side.broker.openSession(orderOf());
    expect(at.plugin.launches).toHaveLength(2);
  });

  it('is not waited for longer than the lock allows', async () => {
    let release = () => {};
    void at.ensemble.client().locks.withLock(
      '/kyuubi_v_USER_FAKE_lock/alice/default',
      1,
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    const opened = side.broker.openSession(orderOf());
    await at.clock.untilTimer(198_000);
    at.clock.advance(198_000);
    await expect(opened).rejects.toMatchObject({
      code: 'DISCOVERY_LOCK_TIMEOUT',
      message: expect.stringContaining('[/kyuubi_v_USER_FAKE_lock/alice/default] after 198000 ms'),
    });
    release();
  });

  it('of a type nobody has is an error', async () => {
    const order = orderOf();
    const opened = side.broker.openSession({ ...order, space: { ...order.space, engineType: 'TRINO' } });
    await expect(opened).rejects.toMatchObject({ code: 'ENGINE_TYPE_UNKNOWN' });
  });
});

describe('a stale node', () => {
  it('is removed, and a fresh engine launched', async () => {
    const path = await stale();
    await side.broker.openSession(orderOf());
    expect(at.ensemble.entries.has(path)).toBe(false);
    expect(at.plugin.launches).toHaveLength(1);
    expect(at.logger.has(`removed its node ${path}`)).toBe(true);
  });

  it('costs one launch however many run into it', async () => {
    await stale();
    await stale();
    await Promise.all(Array.from({ length: 50 }, () => side.broker.openSession(orderOf())));
    expect(at.plugin.launches).toHaveLength(1);
    expect(at.ensemble.nodes(SPACE)).toHaveLength(1);
  });

  it('stays when its engine is to be given time, and the wait is the configured one', async () => {
    const path = await stale();
    const conf = {
      'kyuubi.session.engine.open.onFailure': 'RETRY',
      'kyuubi.session.engine.open.max.attempts': '3',
    };
    const lines: string[] = [];
    const opened = side.broker.openSession(orderOf({ conf, log: (line) => lines.push(line) }));
    for (let attempt = 1; attempt <= 2; attempt++) {
      await at.clock.untilTimer(10_000);
      at.clock.advance(10_000);
    }
    await expect(opened).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
    expect(at.ensemble.entries.has(path)).toBe(true);
    expect(lines).toEqual([
      expect.stringContaining('Attempt 1 of 3: Engine 127.0.0.1:'),
      expect.stringContaining('Attempt 2 of 3: Engine 127.0.0.1:'),
    ]);
    expect(at.plugin.launches).toEqual([]);
  });

  it('is removed after the last attempt when so configured', async () => {
    const path = await stale();
    const conf = {
      'kyuubi.session.engine.open.onFailure': 'DEREGISTER_AFTER_RETRY',
      'kyuubi.session.engine.open.max.attempts': '2',
    };
    const opened = side.broker.openSession(orderOf({ conf }));
    await at.clock.untilTimer(10_000);
    expect(at.ensemble.entries.has(path)).toBe(true);
    at.clock.advance(10_000);
    await expect(opened).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
    expect(at.ensemble.entries.has(path)).toBe(false);
  });

  it('is not blamed for a session that was closed meanwhile', async () => {
    const path = await stale();
    const abort = new AbortController();
    const conf = { 'kyuubi.session.engine.open.onFailure': 'DEREGISTER_AFTER_RETRY' };
    const opened = side.broker.openSession(orderOf({ conf, signal: abort.signal }));
    await at.clock.untilTimer(10_000);
    abort.abort();
    await expect(opened).rejects.toMatchObject({ code: expect.any(String) });
    expect(at.ensemble.entries.has(path)).toBe(true);
    expect(at.clock.delays).not.toContain(10_000);
  });
});

describe('an engine that refuses the session', () => {
  function refusing(engine: FakeEngine, sqlState: string, errorMessage: string): void {
    engine.overrides = {
      OpenSession: async () => ({
        status: { statusCode: TStatusCode.ERROR, sqlState, errorMessage },
        serverProtocolVersion: TProtocolVersion.V10,
      }),
    };
  }

  it('because it drains is followed by its successor', async () => {
    const draining = await at.present();
    refusing(draining, '08004', 'I am draining');
    const opened = side.broker.openSession(orderOf());
    await at.clock.untilTimer(200);
    const successor = await at.present();
    at.clock.advance(200);
    await opened;
    expect(successor.sessions.size).toBe(1);
    expect(at.plugin.launches).toEqual([]);
  });

  it('for another reason is believed', async () => {
    const engine = await at.present();
    refusing(engine, '42000', 'no such database');
    await expect(side.broker.openSession(orderOf())).rejects.toMatchObject({
      code: 'ENGINE_REFUSED',
      sqlState: '42000',
      message: expect.stringContaining('no such database'),
    });
    expect(engine.callsOf('OpenSession')).toHaveLength(1);
  });

  it('by an exception or without a handle is an error that names it', async () => {
    const engine = await at.present();
    engine.overrides = {
      OpenSession: async () => {
        throw new Error('null pointer');
      },
    };
    await expect(side.broker.openSession(orderOf())).rejects.toMatchObject({
      code: 'ENGINE_REFUSED',
      message: expect.stringMatching(/Engine 127\.0\.0\.1:\d+ refused: .*null pointer/),
    });
    engine.overrides = {
      OpenSession: async () => ({
        status: { statusCode: TStatusCode.SUCCESS },
        serverProtocolVersion: TProtocolVersion.V10,
      }),
    };
    await expect(side.broker.openSession(orderOf())).rejects.toThrow('without a handle');
  });

  it('that dies meanwhile is replaced', async () => {
    const engine = await at.present();
    engine.overrides = {
      OpenSession: async () => {
        await engine.close();
        throw new Error('never sent');
      },
    };
    const opened = side.broker.openSession(orderOf());
    await at.clock.untilTimer(200);
    at.clock.advance(200);
    await opened;
    expect(at.plugin.launches).toHaveLength(1);
  });
});

describe('a CONNECTION space', () => {
  it('is nobody else’s: one engine each, and no lock', async () => {
    const orders = [orderOf({ shareLevel: 'CONNECTION' }), orderOf({ shareLevel: 'CONNECTION' })];
    await Promise.all(orders.map((order) => side.broker.openSession(order)));
    expect(at.plugin.launches.map(({ request }) => request.space).sort()).toEqual(
      orders.map(({ sessionId }) => `/kyuubi_v_CONNECTION_FAKE/alice/${sessionId}`).sort(),
    );
    expect(at.ensemble.lockHistory).toEqual([]);
  });

  it('loses its engine when the session is closed during the launch', async () => {
    at.plugin.onLaunch = async () => {};
    const abort = new AbortController();
    const opened = side.broker.openSession(orderOf({ shareLevel: 'CONNECTION', signal: abort.signal }));
    const launch = await at.plugin.launched();
    await at.clock.untilTimer(180_000);
    abort.abort();
    await expect(opened).rejects.toMatchObject({ code: 'OPERATION_CANCELED' });
    await expect.poll(() => launch.kills).toBe(1);
  });

  it('leaves no engine behind that its session cannot be opened on', async () => {
    at.plugin.onLaunch = async (launch) => {
      const engine = await FakeEngine.start();
      engine.overrides = {
        OpenSession: async () => ({
          status: { statusCode: TStatusCode.ERROR, sqlState: '42000', errorMessage: 'no such database' },
          serverProtocolVersion: TProtocolVersion.V10,
        }),
      };
      await at.plugin.register(launch, engine);
    };
    await expect(side.broker.openSession(orderOf({ shareLevel: 'CONNECTION' }))).rejects.toMatchObject({
      code: 'ENGINE_REFUSED',
    });
    expect(at.ensemble.entries.size).toBe(0);
  });
});

describe('a session closed while it waits', () => {
  it('stops waiting at once, and the others go on', async () => {
    at.plugin.onLaunch = async () => {};
    const abort = new AbortController();
    const gone = side.broker.openSession(orderOf({ signal: abort.signal }));
    const stays = side.broker.openSession(orderOf());
    const launch = await at.plugin.launched();
    abort.abort();
    await expect(gone).rejects.toMatchObject({ code: 'OPERATION_CANCELED' });
    await at.plugin.register(launch);
    await stays;
    expect(launch.engine?.sessions.size).toBe(1);
    expect(launch.kills).toBe(0);
  });

  it('before it began asks for nothing', async () => {
    const opened = side.broker.openSession(orderOf({ signal: AbortSignal.abort() }));
    await expect(opened).rejects.toMatchObject({ code: 'OPERATION_CANCELED' });
    expect(at.plugin.launches).toEqual([]);
  });
});

describe('closing', () => {
  it('gives up launches, kills what they started, and lets go of the lock', async () => {
    at.plugin.onLaunch = async () => {};
    const opened = side.broker.openSession(orderOf());
    const launch = await at.plugin.launched();
    await at.clock.untilTimer(180_000);
    const failed = expect(opened).rejects.toMatchObject({ code: 'ENGINE_LAUNCH_FAILED' });
    await side.broker.close();
    await failed;
    expect(launch.kills).toBe(1);
    await at.ensemble.client().locks.withLock('/kyuubi_v_USER_FAKE_lock/alice/default', 1, async () => {});
  });

  it('does not fail for a launch that everybody left before', async () => {
    at.plugin.onLaunch = async () => {};
    const abort = new AbortController();
    const opened = side.broker.openSession(orderOf({ signal: abort.signal }));
    const launch = await at.plugin.launched();
    abort.abort();
    await expect(opened).rejects.toMatchObject({ code: 'OPERATION_CANCELED' });
    await at.clock.untilTimer(180_000);
    await side.broker.close();
    expect(launch.kills).toBe(1);
  });
});

it('asks discovery again when it failed once', async () => {
  vi.spyOn(side.discovery.registry, 'list').mockRejectedValueOnce(new Error('discovery is down'));
  await expect(side.broker.openSession(orderOf())).rejects.toThrow('discovery is down');
  await side.broker.openSession(orderOf());
});
