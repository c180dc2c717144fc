import { TProtocolVersion, type TOpenSessionReq } from '@senbon/hive-thrift';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Conf } from '../config/conf.ts';
import { readArea } from '../config/area.ts';
import { silentLogger } from '../observe/logger.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { sessionOf } from '../testing/sessions.ts';
import { sessionArea } from './config.ts';
import { SessionDirectory } from './session-directory.ts';
import { SessionManager, type SessionManagerOptions } from './session-manager.ts';

const forever = new AbortController().signal;

let manager: SessionManager;
let refuse: (why: Error) => void;

beforeEach(() => {
  const planner = {
    prepare: () =>
      new Promise<never>((_resolve, reject) => {
        refuse = reject;
      }),
  };
  manager = new SessionManager({
    config: readArea(sessionArea, Conf.of({})),
    directory: new SessionDirectory(),
    planner,
    clock: new FakeClock(),
    logger: silentLogger,
  } as unknown as SessionManagerOptions);
});
afterEach(() => manager.destroy('the test is over', 1));

function waiter(signal = forever): { isOver: boolean } {
  const state = { isOver: false };
  void manager.empty(signal).then(() => {
    state.isOver = true;
  });
  return state;
}

const turn = () => new Promise(setImmediate);

it('everybody who waits for the last session hears of its end', async () => {
  const session = sessionOf();
  manager.directory.addSession(session);
  const waiters = [waiter(), waiter(), waiter()];
  await turn();
  expect(waiters.map(({ isOver }) => isOver)).toEqual([false, false, false]);
  manager.close(session, 'done');
  await turn();
  expect(waiters.map(({ isOver }) => isOver)).toEqual([true, true, true]);
});

it('who gives up waits no more, and the others go on', async () => {
  const session = sessionOf();
  manager.directory.addSession(session);
  const abort = new AbortController();
  const [one, other] = [waiter(abort.signal), waiter()];
  abort.abort();
  await turn();
  expect([one.isOver, other.isOver]).toEqual([true, false]);
  await manager.empty(abort.signal);
  manager.close(session, 'done');
  await turn();
  expect(other.isOver).toBe(true);
});

it('is not empty while a session is about to be opened', async () => {
  const client = { user: 'ann', ip: '10.1.1.1', onSessionOpened: () => {} };
  const opening = manager.open({ clientProtocol: TProtocolVersion.V10 } as TOpenSessionReq, client);
  const waiting = waiter();
  await turn();
  expect([manager.isEmpty, waiting.isOver]).toEqual([false, false]);
  refuse(new Error('not today'));
  await expect(opening).rejects.toThrow('not today');
  await turn();
  await turn();
  expect([manager.isEmpty, waiting.isOver]).toEqual([true, true]);
});
