import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { EnginePlugin, LaunchedEngine } from '../ports/engine.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { guardLaunch, type GuardedLaunch } from './guard-launch.ts';

let clock: FakeClock;
let logger: RecordingLogger;

beforeEach(() => {
  clock = new FakeClock();
  logger = new RecordingLogger();
});

const never = () => new Promise<never>(() => {});

function launchWith(launch: () => unknown, signal = new AbortController().signal): Promise<GuardedLaunch> {
  const supports = { sharedConnections: true, gatewayToken: true };
  const plugin = { type: 'ODD', supports, launch } as unknown as EnginePlugin;
  const request = { space: '/s', refId: 'r', user: 'u', conf: new Map(), secret: new Uint8Array(1) };
  const context = { logger, workDir: '/nowhere', signal };
  return guardLaunch(plugin, { request, context, timeoutMs: 180_000, clock, logger });
}

function engine(odd: Partial<LaunchedEngine> | object = {}): LaunchedEngine {
  return { id: 'e-1', exited: never(), log: async function* () {}, kill: async () => {}, ...odd };
}

it.each([
  [
    'throws at once',
    () => {
      throw new Error('no binary');
    },
    'no binary',
  ],
  ['rejects with text', () => Promise.reject('no binary'), 'no binary'],
])('a launch that %s fails with what it said', async (_, launch, text) => {
  const error: unknown = await launchWith(launch).catch((reason: unknown) => reason);
  expect(String(error)).toContain(text);
});

it('a launch that never ends is given up, and what comes of it later is killed', async () => {
  const kill = vi.fn(async () => {});
  let arrive: (launched: LaunchedEngine) => void = () => {};
  const failed = expect(
    launchWith(
      () =>
        new Promise<LaunchedEngine>((resolve) => {
          arrive = resolve;
        }),
    ),
  ).rejects.toThrow('plugin ODD did not finish launch within 180000 ms');
  clock.advance(180_000);
  await failed;
  arrive(engine({ kill }));
  await vi.waitFor(() => expect(kill).toHaveBeenCalledTimes(1));
});

describe('the end of an engine', () => {
  it.each([
    ['an exit', { exited: Promise.resolve({ code: 3, signal: null }) }, 'it exited with code 3'],
    ['a signal', { exited: Promise.resolve({ code: null, signal: 'SIGKILL' }) }, 'it was ended by SIGKILL'],
    ['what lives elsewhere', { ended: Promise.resolve('application_1 FAILED') }, 'application_1 FAILED'],
    [
      'a job whose launcher has left',
      {
        exited: Promise.resolve({ code: 0, signal: null, meansDeath: false }),
        ended: Promise.resolve('application_1 KILLED'),
      },
      'application_1 KILLED',
    ],
  ])('is known from %s', async (_, odd, why) => {
    expect(await (await launchWith(async () => engine(odd))).died).toBe(why);
  });

  it.each([
    ['a launcher that leaves by design', async () => ({ code: 0, signal: null, meansDeath: false })],
    ['a promise that rejects', () => Promise.reject('oops')],
    ['no answer at all', async () => undefined],
  ])('is not known from %s', async (_, exit) => {
    const { died } = await launchWith(async () => engine({ exited: exit() }));
    let isDead = false;
    void died.then(() => {
      isDead = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDead).toBe(false);
  });
});

it('a log that throws at once throws where it is read', async () => {
  const launched = await launchWith(async () =>
    engine({
      log: () => {
        throw new Error('no log');
      },
    }),
  );
  const read = async () => {
    for await (const line of launched.log({})) expect(line).toBe('unreachable');
  };
  await expect(read()).rejects.toThrow('no log');
});

it('lines are text, whatever they were', async () => {
  const launched = await launchWith(async () =>
    engine({
      log: async function* () {
        yield 7;
      },
    }),
  );
  const lines: string[] = [];
  for await (const line of launched.log({})) lines.push(line);
  expect(lines).toEqual(['7']);
});

it('a kill that never ends is given up', async () => {
  const launched = await launchWith(async () => engine({ kill: never }));
  const failed = expect(launched.kill()).rejects.toThrow('plugin ODD did not finish kill within 15000 ms');
  clock.advance(15_000);
  await failed;
});
