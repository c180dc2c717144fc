import { tmpdir } from 'node:os';
import { createHandle, type Logger, silentLogger } from '@senbon/core';
import { columnOf, TProtocolVersion } from '@senbon/hive-thrift';
import { expect, it } from 'vitest';
import type { ExecutorResult, ResultCursor, StatementContext } from '../executor.ts';
import { ByteBudget } from '../result/byte-budget.ts';
import { FakeClock, settle } from '../testing/fake-clock.ts';
import { Operation, type OperationOptions } from './operation.ts';
import { isUnderWay, OperationState, operationMoves } from './operation-state.ts';
import { StatementQueue } from './statement-queue.ts';

type Run = OperationOptions['run'];

function operationOf(run: Run, options: Partial<OperationOptions> = {}) {
  const clock = new FakeClock();
  const moves: string[] = [];
  const logger: Logger = {
    ...silentLogger,
    debug: (message) => moves.push(message.split(' (')[0]?.slice(48) ?? ''),
  };
  const operation = new Operation({
    owner: { protocol: TProtocolVersion.V10, touch() {}, closeOperation: async () => {} },
    handle: createHandle(),
    isOwnHandle: true,
    type: 0,
    statement: 'SELECT 1',
    run,
    queue: new StatementQueue({ maxRunning: 1, maxWaiting: 1 }),
    isAsync: true,
    timeoutMs: 0,
    resultMaxRows: 0,
    confOverlay: {},
    sessionConf: new Map(),
    budget: {
      memory: new ByteBudget(1 << 20),
      disk: new ByteBudget(1 << 20),
      maxFileBytes: 1 << 20,
      directory: tmpdir(),
    },
    keepsAllRows: false,
    clock,
    logger,
    ...options,
  });
  return { operation, clock, moves };
}

class OneRow implements ResultCursor {
  closed = 0;
  isRead = false;
  stuck: Promise<void> | null = null;

  async next() {
    if (this.isRead) return null;
    this.isRead = true;
    return { rowCount: 1, columns: [columnOf('i32', [7])] };
  }

  async close() {
    this.closed++;
    await this.stuck;
  }
}

function resultOf(cursor: ResultCursor): ExecutorResult {
  return { rows: { schema: [{ name: 'n', type: { name: 'INT' } }], cursor } };
}

/** A run that the test ends. */
function controlled() {
  let resolve: (result: ExecutorResult) => void = () => {};
  let context: StatementContext | null = null;
  const run: Run = (given) => {
    context = given;
    return new Promise((done) => {
      resolve = done;
    });
  };
  return {
    run,
    finish: (result: ExecutorResult) => resolve(result),
    isAborted: () => context?.signal.aborted ?? false,
  };
}

it('moves only along its table', () => {
  for (const [from, tos] of Object.entries(operationMoves)) {
    expect(tos, from).not.toContain(from);
    expect(tos.includes('CLOSED'), from).toBe(from !== 'CLOSED');
  }
  expect(Object.keys(OperationState).filter((state) => isUnderWay(state as OperationState))).toEqual([
    'INITIALIZED',
    'PENDING',
    'RUNNING',
  ]);
});

it('goes its way to the end, each state once', async () => {
  const cursor = new OneRow();
  const { operation, moves } = operationOf(async () => resultOf(cursor));
  operation.start();
  await operation.waitForEnd();
  expect(operation.isBusy).toBe(true);
  expect((await operation.fetch('FETCH_NEXT', 10)).batch.rowCount).toBe(1);
  expect(operation.isBusy).toBe(false);
  await operation.close();
  await operation.close();
  expect(moves).toEqual([
    'INITIALIZED -> PENDING',
    'PENDING -> RUNNING',
    'RUNNING -> FINISHED',
    'FINISHED -> CLOSED',
  ]);
  expect(cursor.closed).toBe(1);
  await expect(operation.fetch('FETCH_NEXT', 10)).rejects.toMatchObject({ code: 'OPERATION_NOT_FOUND' });
});

it('does not tell an executor to stop that has given everything', async () => {
  const { run, finish, isAborted } = controlled();
  const { operation } = operationOf(run);
  operation.start();
  await settle();
  finish(resultOf(new OneRow()));
  await operation.waitForEnd();
  await operation.fetch('FETCH_NEXT', 10);
  await operation.close();
  expect(isAborted()).toBe(false);
});

it.each(['cancel', 'close'] as const)(
  'tells an executor to stop whose rows are not read: %s',
  async (verb) => {
    const { run, finish, isAborted } = controlled();
    const cursor = new OneRow();
    const { operation } = operationOf(run);
    operation.start();
    await settle();
    finish(resultOf(cursor));
    await operation.waitForEnd();
    await operation[verb]();
    await settle();
    expect(isAborted()).toBe(true);
    expect(cursor.closed).toBe(1);
  },
);

it.each(['cancel', 'close'] as const)('throws a result away that comes after %s', async (verb) => {
  const { run, finish, isAborted } = controlled();
  const cursor = new OneRow();
  const { operation } = operationOf(run);
  operation.start();
  await settle();
  await operation[verb]();
  expect(isAborted()).toBe(true);
  finish(resultOf(cursor));
  await settle();
  expect(cursor.closed).toBe(1);
  expect(operation.state).toBe(verb === 'cancel' ? 'CANCELED' : 'CLOSED');
});

it('ignores a failure that comes after the time-out', async () => {
  const { operation, clock } = operationOf(
    ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('interrupted')));
      }),
    { timeoutMs: 1500 },
  );
  operation.start();
  await settle();
  await clock.advance(1500);
  expect(operation.state).toBe('TIMEDOUT');
  expect(operation.error).toMatchObject({ sqlState: 'HYT00', message: 'Query timed out after 1.5 seconds' });
  expect(operation.completedMs - operation.startedMs).toBe(1500);
  operation.cancel();
  expect(operation.state).toBe('TIMEDOUT');
});

/** Rows that come when the test says so, or not at all once they are not wanted any more. */
function slowRows() {
  let give: () => void = () => {};
  const run: Run = async ({ signal }) =>
    resultOf({
      next: () =>
        new Promise((resolve, reject) => {
          give = () => resolve({ rowCount: 1, columns: [columnOf('i32', [7])] });
          signal.addEventListener('abort', () => reject(new Error('interrupted')), { once: true });
        }),
      close: async () => {},
    });
  return { run, give: () => give() };
}

it('times a statement out while its rows are computed, and not while its client takes its time', async () => {
  const { run, give } = slowRows();
  const { operation, clock } = operationOf(run, { timeoutMs: 1000 });
  operation.start();
  await operation.waitForEnd();
  await clock.advance(60_000);
  const first = operation.fetch('FETCH_NEXT', 1);
  await settle();
  await clock.advance(600);
  give();
  expect((await first).batch.rowCount).toBe(1);
  // The read ahead, for a client that has not come back yet: this is work too.
  await clock.advance(300);
  give();
  await settle();
  await clock.advance(60_000);
  expect(operation.state).toBe('FINISHED');
  await operation.fetch('FETCH_NEXT', 1);
  await clock.advance(99);
  expect(operation.state).toBe('FINISHED');
  await clock.advance(1);
  expect(operation.state).toBe('TIMEDOUT');
  await expect(operation.fetch('FETCH_NEXT', 1)).rejects.toMatchObject({ sqlState: 'HYT00' });
  expect(clock.pending).toBe(0);
});

it('fails the fetch in which the time is up with the time-out', async () => {
  const { operation, clock } = operationOf(slowRows().run, { timeoutMs: 1000 });
  operation.start();
  await operation.waitForEnd();
  const fetched = operation.fetch('FETCH_NEXT', 1);
  await settle();
  const failed = expect(fetched).rejects.toMatchObject({ code: 'OPERATION_TIMEOUT' });
  await clock.advance(1000);
  await failed;
});

it('holds a place while its rows are computed, and none while its client takes its time', async () => {
  const queue = new StatementQueue({ maxRunning: 1, maxWaiting: 1 });
  const { run, give } = slowRows();
  const { operation } = operationOf(run, { queue });
  operation.start();
  await operation.waitForEnd();
  expect(queue.running).toBe(0);
  const fetched = operation.fetch('FETCH_NEXT', 2);
  await settle();
  expect(queue.running).toBe(1);
  give();
  await settle();
  expect(queue.running).toBe(1);
  give();
  expect((await fetched).batch.rowCount).toBe(2);
  await operation.close();
  await settle();
  expect(queue.running).toBe(0);
});

it('leaves no timer behind', async () => {
  const { operation, clock } = operationOf(async () => resultOf(new OneRow()), { timeoutMs: 60_000 });
  operation.start();
  await operation.waitForEnd(5_000);
  await operation.fetch('FETCH_NEXT', 10);
  await operation.close();
  expect(clock.pending).toBe(0);
});

it('counts the wait for a place as time of the statement', async () => {
  const queue = new StatementQueue({ maxRunning: 1, maxWaiting: 1 });
  const leave = await queue.enter(new AbortController().signal);
  const { operation, clock } = operationOf(async () => resultOf(new OneRow()), { queue, timeoutMs: 1000 });
  operation.start();
  await clock.advance(1000);
  expect(operation.state).toBe('TIMEDOUT');
  leave();
  await settle();
  expect([queue.running, queue.waiting]).toEqual([0, 0]);
});

it('does not wait for ever for a cursor that does not close', async () => {
  const cursor = new OneRow();
  cursor.stuck = new Promise(() => {});
  const { operation, clock } = operationOf(async () => resultOf(cursor));
  operation.start();
  await operation.waitForEnd();
  let isClosed = false;
  const closing = operation.close().then(() => {
    isClosed = true;
  });
  await settle();
  expect(isClosed).toBe(false);
  await clock.advance(1000);
  await closing;
});

it('ends a wait for a change at its time-out, and at once when nothing will change', async () => {
  const { run } = controlled();
  const { operation, clock } = operationOf(run);
  operation.start();
  await settle();
  let isOver = false;
  void operation.waitForEnd(100).then(() => {
    isOver = true;
  });
  await clock.advance(99);
  expect(isOver).toBe(false);
  await clock.advance(1);
  expect(isOver).toBe(true);
  operation.cancel();
  await operation.waitForChange(Infinity);
  expect(clock.pending).toBe(0);
});

it('wraps what is no SenbonError', async () => {
  const { operation } = operationOf(async () => {
    throw new Error('plain');
  });
  operation.start();
  await operation.waitForEnd();
  expect(operation.error).toMatchObject({ code: 'STATEMENT_FAILED', sqlState: 'HY000', message: 'plain' });
});
