import { beforeEach, expect, it } from 'vitest';
import { SenbonError } from '../errors/senbon-error.ts';
import { RegistrationEnd } from '../ports/discovery.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { RegistrationLife } from './registration-life.ts';

const PATH = '/kyuubi/serverUri=gw:10009';
const unreachable = new SenbonError('DISCOVERY_UNREACHABLE', {
  addresses: 'zk:2181',
  problem: 'nobody answers',
});

let ownPaths: Set<string>;
let logger: RecordingLogger;
let closing: AbortController;
let ends: number;

beforeEach(() => {
  ownPaths = new Set();
  logger = new RecordingLogger();
  closing = new AbortController();
  ends = 0;
});

function create(persistent = false): RegistrationLife {
  return new RegistrationLife({
    space: '/kyuubi',
    spec: { host: 'gw', port: 10_009, version: 'v', persistent },
    bond: 'session',
    logger,
    ownPaths,
    closing: closing.signal,
    onEnd: () => {
      ends++;
    },
  });
}

function registered(): RegistrationLife {
  const life = create();
  life.path = PATH;
  life.registered();
  return life;
}

it('owns its path until it ends, and ends once', async () => {
  const life = registered();
  expect([...ownPaths]).toEqual([PATH]);
  life.end(RegistrationEnd.deleted, 'somebody deleted the node');
  life.end(RegistrationEnd.closed, 'close was called');
  expect(await life.ended).toBe('deleted');
  expect([ends, ownPaths.size, life.signal.aborted, life.isEnded]).toEqual([1, 0, true, true]);
  expect(logger.has('Registration serverUri=gw:10009 registered -> ended: somebody deleted the node')).toBe(
    true,
  );
});

it('keeps another registration from a node that is yet to be deleted', async () => {
  const life = registered();
  expect(life.leave()).toBe(true);
  expect([...ownPaths]).toEqual([PATH]);
  // As often as somebody tries, until it is gone.
  expect(life.leave()).toBe(true);
  life.forget();
  expect(life.leave()).toBe(false);
  expect(ownPaths.size).toBe(0);
});

it('goes on deleting for want of a server, one loop at a time', async () => {
  const life = registered();
  life.leave();
  let attempts = 0;
  const remove = async () => {
    if (++attempts < 3) throw unreachable;
  };
  await Promise.all([life.deleteLate(remove, () => false), life.deleteLate(remove, () => false)]);
  expect(attempts).toBe(3);
  expect(ownPaths.size).toBe(0);
  expect(logger.has('Registration serverUri=gw:10009 is deleted now')).toBe(true);
});

it.each([
  ['says so when it may not', false],
  ['says nothing when the node went by itself', true],
])('%s', async (_, isGone) => {
  const life = registered();
  life.leave();
  await life.deleteLate(
    () => Promise.reject(new Error('denied')),
    () => isGone,
  );
  expect(logger.has(`Cannot delete ${PATH}, which goes with its session: denied`)).toBe(!isGone);
  expect(life.leave()).toBe(false);
});

it('is made again until that succeeds, or nobody wants it', async () => {
  const life = registered();
  life.lost('the session expired');
  let attempts = 0;
  await life.replace(async () => {
    if (++attempts === 1) throw new Error('not yet');
    life.registered();
  });
  expect([attempts, life.state]).toEqual([2, 'registered']);
  expect(logger.has('Cannot register under /kyuubi again (not yet); next try in')).toBe(true);
  life.lost('the session expired');
  closing.abort();
  await life.replace(() => Promise.reject(new Error('never tried')));
  expect(logger.has('never tried')).toBe(false);
});

it('moves in no other way', () => {
  expect(() => create().lost('x')).toThrow('illegal move of a registration: registering -> lost');
  expect(() => registered().registered()).toThrow('registered -> registered');
});
