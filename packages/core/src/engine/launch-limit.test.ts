import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Permits } from '../observe/permits.ts';
import { BrokerScene, type GatewaySide, orderOf } from '../testing/broker-scene.ts';

const TIMEOUT_MS = 180_000;
const WAITING =
  'Waiting for a turn: this gateway launches 2 engine(s) at once (kyuubi.server.limit.engine.startup)';
let scene: BrokerScene;
let side: GatewaySide;

beforeEach(async () => {
  scene = await BrokerScene.create();
  side = scene.gateway({}, new Permits(2, scene.clock));
  scene.plugin.onLaunch = async () => {};
});
afterEach(() => scene.close());

function open(user: string, log: string[] = []) {
  return side.broker.openSession(orderOf({ user, log: (line) => log.push(line) }));
}

it('lets only so many engines be launched at once', async () => {
  const log: string[] = [];
  const opened = Promise.all(['a', 'b', 'c', 'd'].map((user) => open(user, log)));
  await expect.poll(() => log.filter((line) => line === WAITING)).toHaveLength(2);
  expect(await scene.plugin.launched(2)).toBeDefined();
  expect(scene.plugin.launches).toHaveLength(2);
  for (let launched = 1; launched <= 4; launched++) {
    await scene.plugin.register(await scene.plugin.launched(launched));
  }
  await opened;
  expect(scene.plugin.launches.map(({ request }) => request.user).sort()).toEqual(['a', 'b', 'c', 'd']);
});

it('gives the turn on when a launch fails', async () => {
  const failed = [open('a'), open('b')].map((one) => expect(one).rejects.toThrow('code 3'));
  await scene.plugin.launched(2);
  const third = open('c');
  for (const launch of scene.plugin.launches) await launch.exit({ code: 3, signal: null });
  await scene.plugin.register(await scene.plugin.launched(3));
  await Promise.all([third, ...failed]);
});

it('tells who has waited for as long as a launch may take', async () => {
  const cut = [open('a'), open('b')].map((one) => expect(one).rejects.toThrow());
  await scene.plugin.launched(2);
  const log: string[] = [];
  const third = expect(open('c', log)).rejects.toMatchObject({
    code: 'ENGINE_LAUNCH_REFUSED',
    retryable: true,
    message:
      'The FAKE engine was not launched: for 180000 ms this gateway was busy with 2 other launches, as many as it may have at once (kyuubi.server.limit.engine.startup). Try again later',
  });
  await expect.poll(() => log).toHaveLength(1);
  // The others began earlier, and end first: their turns are had by nobody, as their engines hang while they are killed.
  for (const launch of scene.plugin.launches) {
    vi.spyOn(launch, 'kill').mockReturnValueOnce(new Promise(() => {}));
  }
  scene.clock.advance(TIMEOUT_MS);
  await third;
  await scene.clock.untilTimer(15_000);
  scene.clock.advance(15_000);
  await scene.clock.untilTimer(1_000);
  scene.clock.advance(1_000);
  await Promise.all(cut);
});

it('is not waited for by a gateway that stops', async () => {
  const ended = [open('a'), open('b')].map((one) => expect(one).rejects.toThrow());
  await scene.plugin.launched(2);
  const log: string[] = [];
  const third = expect(open('c', log)).rejects.toMatchObject({ code: 'OPERATION_CANCELED' });
  await expect.poll(() => log).toHaveLength(1);
  await side.broker.close();
  await Promise.all([third, ...ended]);
  expect(scene.plugin.launches).toHaveLength(2);
});
