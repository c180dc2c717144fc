import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readArea } from '../config/area.ts';
import { Conf } from '../config/conf.ts';
import type { ServiceNode, Subscription } from '../ports/discovery.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { FakeEnginePlugin } from '../testing/fake-engine-plugin.ts';
import { MemoryEnsemble, type MemoryDiscoveryClient } from '../testing/memory-discovery.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { engineArea } from './config.ts';
import { EngineLauncher, type LaunchOrder } from './engine-launcher.ts';
import { engineSpaceOf } from './engine-space.ts';
import { LaunchLog } from './launch-log.ts';

let dir: string;
let clock: FakeClock;
let ensemble: MemoryEnsemble;
let discovery: MemoryDiscoveryClient;
let plugin: FakeEnginePlugin;
let launcher: EngineLauncher;
let logger: RecordingLogger;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'senbon-launch-'));
  clock = new FakeClock();
  ensemble = new MemoryEnsemble(clock);
  discovery = ensemble.client();
  plugin = new FakeEnginePlugin(ensemble);
  logger = new RecordingLogger();
  launcher = new EngineLauncher({
    discovery,
    plugins: new Map([['FAKE', plugin]]),
    secret: new Uint8Array([1, 2, 3]),
    workDirRoot: join(dir, 'work'),
    clock,
    logger,
  });
});
afterEach(async () => {
  await plugin.close();
  await rm(dir, { recursive: true });
});

function orderOf(user = 'alice', engineType = 'FAKE'): LaunchOrder {
  return {
    space: engineSpaceOf({
      namespace: 'kyuubi',
      version: 'v',
      shareLevel: 'USER',
      engineType,
      sessionUser: user,
      group: user,
      serverUser: 'svc',
      serverIp: '127.0.0.1',
      subdomain: null,
      refId: 'ref-1',
    }),
    refId: 'ref-1',
    conf: new Map([['a', '1']]),
    config: readArea(engineArea, Conf.of({ 'kyuubi.session.engine.startup.maxLogLines': '3' })),
    log: new LaunchLog(),
  };
}

const forever = new AbortController().signal;
const TIMEOUT_MS = 180_000;

describe('an engine that registers', () => {
  it('is given back as the node of this very launch', async () => {
    plugin.onLaunch = async (launch) => {
      ensemble.add(launch.request.space, { host: 'h', port: 1, version: 'v', refId: 'other' }, null);
      ensemble.add(launch.request.space, { host: 'h', port: 2, version: 'v', refId: 'ref-1' }, null);
    };
    const node = await launcher.launch(orderOf(), forever);
    expect(node).toMatchObject({ port: 2, attributes: { refId: 'ref-1' } });
  });

  it('may do so long after it was launched', async () => {
    plugin.onLaunch = async () => {};
    const node = launcher.launch(orderOf(), forever);
    const launch = await plugin.launched();
    await clock.untilTimer(TIMEOUT_MS);
    clock.advance(TIMEOUT_MS - 1);
    await plugin.register(launch);
    expect(await node).toMatchObject({ attributes: { refId: 'ref-1' } });
    expect(launch.kills).toBe(0);
  });

  it('leaves no timer and no watch behind', async () => {
    await launcher.launch(orderOf(), forever);
    expect(clock.delays).toEqual([]);
    await expect.poll(() => ensemble.watchers.size).toBe(0);
  });

  it('is asked for with all it needs', async () => {
    await launcher.launch(orderOf(), forever);
    const [launch] = plugin.launches;
    expect(launch?.request).toEqual({
      space: '/kyuubi_v_USER_FAKE/alice/default',
      refId: 'ref-1',
      user: 'alice',
      conf: new Map([['a', '1']]),
      secret: new Uint8Array([1, 2, 3]),
    });
    expect(launch?.context.workDir).toBe(join(dir, 'work', 'alice'));
  });

  it('streams its log to those that wait, then no more', async () => {
    plugin.onLaunch = async () => {};
    const order = orderOf();
    const seen: string[] = [];
    order.log.follow((line) => seen.push(line));
    const node = launcher.launch(order, forever);
    const launch = await plugin.launched();
    launch.print('one', 'two');
    await expect
      .poll(() => seen)
      .toEqual(['Launching engine: FAKE for alice in /kyuubi_v_USER_FAKE/alice/default', 'one', 'two']);
    await plugin.register(launch);
    await node;
    launch.print('three');
    expect(seen).toHaveLength(3);
  });

  it('has its node removed as soon as its process ends', async () => {
    const node = await launcher.launch(orderOf(), forever);
    expect(ensemble.entries.has(node.path)).toBe(true);
    await plugin.launches[0]?.exit({ code: null, signal: 'SIGKILL' });
    await expect.poll(() => ensemble.entries.size).toBe(0);
    expect(logger.has(/Engine fake-1 at .* ended: it was ended by SIGKILL/)).toBe(true);
  });

  it('may be a job elsewhere, whose launcher leaves first', async () => {
    plugin.onLaunch = async (launch) => launch.leave();
    const launched = launcher.launch(orderOf(), forever);
    const launch = await plugin.launched();
    await clock.untilTimer(TIMEOUT_MS);
    await plugin.register(launch);
    const node = await launched;
    expect(ensemble.entries.has(node.path)).toBe(true);
    launch.endElsewhere('application_1 KILLED');
    await expect.poll(() => ensemble.entries.size).toBe(0);
  });

  it('may end after the gateway did', async () => {
    await launcher.launch(orderOf(), forever);
    await discovery.close();
    await plugin.launches[0]?.exit({ code: 0, signal: null });
    await expect.poll(() => logger.has('Could not look after')).toBe(true);
  });
});

describe('an engine that does not', () => {
  it.each([
    [{ code: 3, signal: null }, 'it exited with code 3'],
    [{ code: null, signal: 'SIGKILL' }, 'it was ended by SIGKILL'],
  ])('because it ended %j fails the launch at once, with its last lines', async (exit, problem) => {
    plugin.onLaunch = async () => {};
    const launched = launcher.launch(orderOf(), forever);
    const launch = await plugin.launched();
    await clock.untilTimer(TIMEOUT_MS);
    launch.print('one', 'two', 'three', 'Exception: no memory');
    await launch.exit(exit);
    await expect(launched).rejects.toMatchObject({
      code: 'ENGINE_LAUNCH_FAILED',
      sqlState: '08001',
      details: { type: 'FAKE', problem, log: 'two\nthree\nException: no memory' },
    });
    await expect.poll(() => ensemble.watchers.size).toBe(0);
  });

  it('in time is killed', async () => {
    plugin.onLaunch = async () => {};
    const launched = launcher.launch(orderOf(), forever);
    const launch = await plugin.launched();
    launch.print('still downloading');
    await clock.untilTimer(TIMEOUT_MS);
    clock.advance(TIMEOUT_MS);
    await expect(launched).rejects.toMatchObject({
      code: 'ENGINE_LAUNCH_TIMEOUT',
      message: expect.stringMatching(
        /Timeout\(180000 ms, you can modify kyuubi\.session\.engine\.initialize\.timeout to change it\)[\s\S]*still downloading/,
      ),
    });
    expect(launch.kills).toBe(1);
    await expect.poll(() => ensemble.watchers.size).toBe(0);
  });

  it('because nobody waits for it any more is killed', async () => {
    plugin.onLaunch = async () => {};
    const abort = new AbortController();
    const launched = launcher.launch(orderOf(), abort.signal);
    const launch = await plugin.launched();
    await clock.untilTimer(TIMEOUT_MS);
    abort.abort();
    await expect(launched).rejects.toMatchObject({ details: { problem: 'nobody waits for it any more' } });
    expect(launch.kills).toBe(1);
  });

  it('and was given up while it was being started is killed too', async () => {
    const abort = new AbortController();
    plugin.onLaunch = async () => abort.abort();
    await expect(launcher.launch(orderOf(), abort.signal)).rejects.toMatchObject({
      code: 'ENGINE_LAUNCH_FAILED',
      details: { problem: 'nobody waits for it any more' },
    });
    expect(plugin.launches[0]?.kills).toBe(1);
  });

  it('and cannot be killed does not hide why it failed', async () => {
    plugin.onLaunch = async (launch) => {
      vi.spyOn(launch, 'kill').mockRejectedValueOnce(new Error('no such job'));
    };
    const launched = launcher.launch(orderOf(), forever);
    await clock.untilTimer(TIMEOUT_MS);
    clock.advance(TIMEOUT_MS);
    // Nobody ends its log either: the launcher waits a second for the last lines.
    await clock.untilTimer(1_000);
    clock.advance(1_000);
    await expect(launched).rejects.toMatchObject({ code: 'ENGINE_LAUNCH_TIMEOUT' });
    expect(logger.has('could not be killed')).toBe(true);
  });

  it('because its job failed elsewhere fails at once, and says so', async () => {
    plugin.onLaunch = async (launch) => launch.leave();
    const launched = launcher.launch(orderOf(), forever);
    (await plugin.launched()).endElsewhere('application_1 FAILED');
    await expect(launched).rejects.toMatchObject({
      code: 'ENGINE_LAUNCH_FAILED',
      message: expect.stringContaining('application_1 FAILED'),
    });
  });

  it('and hangs while it is killed does not hang its session', async () => {
    plugin.onLaunch = async (launch) => {
      vi.spyOn(launch, 'kill').mockReturnValueOnce(new Promise(() => {}));
    };
    const launched = launcher.launch(orderOf(), forever);
    await clock.untilTimer(TIMEOUT_MS);
    clock.advance(TIMEOUT_MS);
    await clock.untilTimer(15_000);
    clock.advance(15_000);
    await clock.untilTimer(1_000);
    clock.advance(1_000);
    await expect(launched).rejects.toMatchObject({ code: 'ENGINE_LAUNCH_TIMEOUT' });
  });
});

it('fails when its launcher cannot be started, and says why', async () => {
  plugin.onLaunch = () => Promise.reject(new Error('spark-submit: not found'));
  await expect(launcher.launch(orderOf(), forever)).rejects.toMatchObject({
    code: 'ENGINE_LAUNCH_FAILED',
    details: { problem: 'spark-submit: not found' },
  });
});

it('knows which types there are', async () => {
  await expect(launcher.launch(orderOf('alice', 'TRINO'), forever)).rejects.toMatchObject({
    code: 'ENGINE_TYPE_UNKNOWN',
    message: 'Engine type TRINO is not available. Configured types: FAKE',
  });
});

it('fails when discovery cannot be watched, and kills the engine', async () => {
  vi.spyOn(discovery.registry, 'watch').mockRejectedValue(new Error('discovery is down'));
  plugin.onLaunch = async () => {};
  await expect(launcher.launch(orderOf(), forever)).rejects.toThrow('discovery is down');
  expect(plugin.launches[0]?.kills).toBe(1);
});

describe('a watch that opens after the race is over', () => {
  it('is closed all the same', async () => {
    let open: (subscription: Subscription) => void = () => {};
    let isClosed = false;
    vi.spyOn(discovery.registry, 'watch').mockImplementation((space, listener) => {
      queueMicrotask(() => listener(ensemble.nodes(space) as ServiceNode[]));
      return new Promise((resolve) => {
        open = resolve;
      });
    });
    await launcher.launch(orderOf(), forever);
    open({
      close: () => {
        isClosed = true;
      },
    });
    await expect.poll(() => isClosed).toBe(true);
  });

  it('may fail without harm', async () => {
    let fail: (error: Error) => void = () => {};
    vi.spyOn(discovery.registry, 'watch').mockImplementation((space, listener) => {
      queueMicrotask(() => listener(ensemble.nodes(space) as ServiceNode[]));
      return new Promise((_, reject) => {
        fail = reject;
      });
    });
    await launcher.launch(orderOf(), forever);
    fail(new Error('too late'));
    // An unhandled rejection would fail the run.
    await new Promise(setImmediate);
  });
});

it.each(['..', '.', '../bob', 'a/b', 'a\u0000b', '\ud800', '%2e%2e'])(
  'keeps the work directory of %j inside the root',
  async (user) => {
    await launcher.launch(orderOf(user), forever);
    const workDir = plugin.launches[0]?.context.workDir ?? '';
    expect(workDir.startsWith(join(dir, 'work') + '/')).toBe(true);
    expect(await readdir(dir)).toEqual(['work']);
    expect(await readdir(join(dir, 'work'))).toHaveLength(1);
  },
);
