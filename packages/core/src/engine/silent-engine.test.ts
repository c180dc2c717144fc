import { afterEach, beforeEach, expect, it } from 'vitest';
import { idOf } from '../session/handle.ts';
import { BrokerScene, type GatewaySide, orderOf, SPACE } from '../testing/broker-scene.ts';

const conf = { 'kyuubi.session.engine.open.max.attempts': '2' };
let at: BrokerScene;
let side: GatewaySide;

beforeEach(async () => {
  at = await BrokerScene.create();
  side = at.gateway({ 'kyuubi.session.engine.login.timeout': '30' });
});
afterEach(() => at.close());

it.each(['RETRY', 'DEREGISTER_IMMEDIATELY', 'DEREGISTER_AFTER_RETRY'])(
  'keeps its node, and the error names it and the cause (%s)',
  async (onFailure) => {
    const engine = await at.present();
    engine.isStopped = true;
    const lines: string[] = [];
    const log = (line: string) => lines.push(line);
    const opened = side.broker.openSession(
      orderOf({ log, conf: { ...conf, 'kyuubi.session.engine.open.onFailure': onFailure } }),
    );
    await at.clock.untilTimer(10_000);
    at.clock.advance(10_000);
    await expect(opened).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: expect.stringMatching(
        /^Engine 127\.0\.0\.1:\d+ cannot be reached: it took the connection and does not answer within 30 ms/,
      ),
    });
    expect(lines).toEqual([expect.stringMatching(/^Attempt 1 of 2: Engine .* does not answer/)]);
    expect(at.ensemble.nodes(SPACE)).toHaveLength(1);
    expect(at.plugin.launches).toEqual([]);
  },
);

it('is used when it has come round', async () => {
  const engine = await at.present();
  engine.isStopped = true;
  const order = orderOf({ conf });
  const opened = side.broker.openSession(order);
  await at.clock.untilTimer(10_000);
  engine.isStopped = false;
  at.clock.advance(10_000);
  await opened;
  expect(engine.sessions.size).toBe(1);
});

it('after it took OpenSession is given up when it answers no second connection either', async () => {
  const engine = await at.present();
  engine.overrides = { OpenSession: () => new Promise(() => {}) };
  const order = orderOf({ conf });
  const opened = side.broker.openSession(order);
  await engine.until(() => engine.callsOf('OpenSession').length === 1);
  engine.isStopped = true;
  await at.clock.untilTimer(30);
  at.clock.advance(30);
  await at.clock.untilTimer(10_000);
  engine.isStopped = false;
  engine.overrides = {};
  at.clock.advance(10_000);
  const { session } = await opened;
  expect(idOf(session.handle.guid), 'the first may be open under that id').not.toBe(order.sessionId);
  expect(at.clock.delays).toEqual([]);
});

it('is waited for as long as it answers connections', async () => {
  const engine = await at.present();
  const builtIn = engine.openSession;
  let goOn = () => {};
  const blocked = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  engine.overrides = {
    OpenSession: async (request, user) => {
      await blocked;
      return builtIn(request, user);
    },
  };
  const opened = side.broker.openSession(orderOf({ conf }));
  await engine.until(() => engine.callsOf('OpenSession').length === 1);
  for (let probes = 2; probes <= 4; probes++) {
    at.clock.advance(30);
    await engine.until(() => engine.logins.length === probes && engine.sockets.size === 1);
  }
  goOn();
  await opened;
  expect(engine.callsOf('OpenSession')).toHaveLength(1);
});
