import { beforeEach, expect, it, vi } from 'vitest';
import type { Registry } from '../ports/discovery.ts';
import type { SessionManager } from '../session/session-manager.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { MemoryEnsemble } from '../testing/memory-discovery.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { sessionOf } from '../testing/sessions.ts';
import { Drain } from './drain.ts';

const forever = new AbortController().signal;

let clock: FakeClock;
let ensemble: MemoryEnsemble;
let logger: RecordingLogger;
let sessions: Set<ReturnType<typeof sessionOf>>;
let leave: () => void;
let planning: number;
let settling: Promise<void>;
let drain: Drain;
let registry: Registry;

beforeEach(() => {
  clock = new FakeClock();
  ensemble = new MemoryEnsemble(clock);
  logger = new RecordingLogger();
  sessions = new Set([sessionOf({}, clock)]);
  planning = 0;
  settling = Promise.resolve();
  const waiting: (() => void)[] = [];
  leave = () => {
    sessions.clear();
    for (const resolve of waiting.splice(0)) resolve();
  };
  const manager = {
    directory: {
      sessions: () => sessions.values(),
      get size() {
        return sessions.size;
      },
    },
    get isEmpty() {
      return sessions.size + planning === 0;
    },
    empty: async (signal: AbortSignal) => {
      if (sessions.size + planning === 0) return;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        signal.addEventListener('abort', () => resolve());
      });
    },
  } as unknown as SessionManager;
  registry = ensemble.client().registry;
  drain = new Drain({
    sessions: manager,
    registry,
    spaces: new Set(['/kyuubi']),
    instances: ['gw1:10009'],
    deadlineMs: 60_000,
    reportIntervalMs: 10_000,
    settled: () => settling,
    before: null,
    clock,
    logger,
  });
});

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

it('ends with the last session, and leaves no timer', async () => {
  const over = drain.run(forever);
  leave();
  await over;
  expect(clock.delays).toEqual([]);
  expect(logger.has('still open')).toBe(false);
});

it('waits for a session that is about to be opened when the rest has settled', async () => {
  let settle = () => {};
  settling = new Promise((resolve) => {
    settle = resolve;
  });
  let isOver = false;
  const over = drain.run(forever).then(() => {
    isOver = true;
  });
  leave();
  await settled();
  planning = 1;
  settle();
  await settled();
  expect(isOver).toBe(false);
  planning = 0;
  leave();
  await over;
});

it('reports while it waits', async () => {
  const over = drain.run(forever);
  clock.advance(25_000);
  expect(
    logger.lines.filter((line) => line.includes('1 connection(s) are active, delay shutdown')),
  ).toHaveLength(2);
  leave();
  await over;
});

it('ends with its deadline and names who is left', async () => {
  const over = drain.run(forever);
  clock.advance(60_000);
  await over;
  drain.nameWhoIsLeft();
  const [session] = sessions;
  expect(logger.has('The drain ends with 1 session(s) that are cut off, of alice (1)')).toBe(true);
  expect(logger.has(`The drain ends with SessionHandle [${session?.id}] of alice@10.1.1.1 still open`)).toBe(
    true,
  );
  expect(clock.delays).toEqual([]);
});

it.each(['before', 'meanwhile'])('ends when it is stopped %s', async (when) => {
  const abort = new AbortController();
  if (when === 'before') abort.abort();
  const over = drain.run(abort.signal);
  if (when === 'meanwhile') abort.abort();
  await over;
  expect(clock.delays).toEqual([]);
});

it('names twenty and counts the rest', () => {
  for (let added = 0; added < 24; added++) sessions.add(sessionOf({ user: `u${added % 3}` }, clock));
  drain.nameWhoIsLeft();
  expect(logger.has('25 session(s) that are cut off, of u0 (8), u1 (8), u2 (8), alice (1)')).toBe(true);
  expect(logger.lines.filter((line) => line.includes('still open'))).toHaveLength(20);
  expect(logger.has('... and with 5 more')).toBe(true);
});

it('ends at a deadline that was set meanwhile', async () => {
  drain.endWithin(1);
  const over = drain.run(forever);
  const { since } = drain.facts;
  expect(drain.facts).toEqual({
    since: clock.now(),
    deadline: since + 60_000,
    sessions: 1,
    users: [{ user: 'alice', sessions: 1 }],
  });
  clock.advance(10_000);
  drain.endWithin(5_000);
  expect(drain.facts).toMatchObject({ since, deadline: since + 15_000 });
  clock.advance(5_000);
  await over;
  expect(clock.delays).toEqual([]);
});

it('refuses newcomers with the names of others, as soon as they are known', async () => {
  ensemble.add('/kyuubi', { host: 'gw1', port: 10_009, version: 'v' }, null);
  expect(await drain.refusal()).toMatchObject({
    code: 'SERVER_DRAINING',
    sqlState: '08004',
    httpStatus: 503,
    message: expect.stringContaining('Connect to another gateway of its server space'),
  });
  const over = drain.run(forever);
  expect((await drain.refusal()).message).toContain('No other gateway is registered');
  ensemble.add('/kyuubi', { host: 'gw2', port: 10_009, version: 'v' }, null);
  ensemble.add('/kyuubi', { host: 'gw3', port: 10_009, version: 'v' }, null);
  clock.advance(10_000);
  await settled();
  expect((await drain.refusal()).message).toMatch(/\(gw1:10009\).*Connect to one of: gw2:10009, gw3:10009$/);
  ensemble.listFailure = new Error('down');
  clock.advance(10_000);
  await settled();
  expect((await drain.refusal()).message).toContain('gw2:10009');
  leave();
  await over;
});

it('does not wait for long for the names of others', async () => {
  vi.spyOn(registry, 'list').mockReturnValue(new Promise(() => {}));
  const over = drain.run(forever);
  const refused = drain.refusal();
  clock.advance(1_000);
  expect((await refused).message).toContain('Connect to another gateway of its server space');
  leave();
  await over;
});
