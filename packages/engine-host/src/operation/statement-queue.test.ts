import { expect, it } from 'vitest';
import { settle } from '../testing/fake-clock.ts';
import { StatementQueue } from './statement-queue.ts';

const never = new AbortController().signal;

it('lets so many in at once, the others in order of arrival', async () => {
  const queue = new StatementQueue({ maxRunning: 2, maxWaiting: 10 });
  const entered: number[] = [];
  const leaves: (() => void)[] = [];
  for (let i = 0; i < 5; i++) {
    void queue.enter(never).then((leave) => {
      entered.push(i);
      leaves.push(leave);
    });
  }
  await settle();
  expect(entered).toEqual([0, 1]);
  expect([queue.running, queue.waiting]).toEqual([2, 3]);
  leaves[0]?.();
  // Giving a place back twice gives it back once.
  leaves[0]?.();
  await settle();
  expect(entered).toEqual([0, 1, 2]);
  for (const leave of leaves) leave();
  await settle();
  for (const leave of leaves) leave();
  await settle();
  expect(entered).toEqual([0, 1, 2, 3, 4]);
  for (const leave of leaves) leave();
  expect([queue.running, queue.waiting]).toEqual([0, 0]);
});

it('refuses when nobody more may wait, and names the keys', async () => {
  const queue = new StatementQueue({ maxRunning: 1, maxWaiting: 1 });
  queue.assertRoom('h:1');
  const leave = await queue.enter(never);
  queue.assertRoom('h:1');
  const waiting = queue.enter(never);
  expect(() => queue.assertRoom('h:1')).toThrow(
    /Engine h:1 refused: 1 statements run and 1 wait.*wait.queue.size/,
  );
  leave();
  (await waiting)();
  queue.assertRoom('h:1');
});

it('takes no place for what is given up while it waits, or before', async () => {
  const queue = new StatementQueue({ maxRunning: 1, maxWaiting: 5 });
  const leave = await queue.enter(never);
  const controller = new AbortController();
  const waiting = queue.enter(controller.signal);
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'OPERATION_CANCELED' });
  await expect(queue.enter(controller.signal)).rejects.toMatchObject({ code: 'OPERATION_CANCELED' });
  expect(queue.waiting).toBe(0);
  leave();
  expect(queue.running).toBe(0);
});

it('lets those who read rows in beyond the bound, and others only when there is room again', async () => {
  const queue = new StatementQueue({ maxRunning: 1, maxWaiting: 1 });
  const leave = await queue.enter(never);
  const release = queue.occupy();
  let isIn = false;
  const waiting = queue.enter(never).then((done) => {
    isIn = true;
    return done;
  });
  expect(queue.running).toBe(2);
  leave();
  await settle();
  expect([queue.running, isIn]).toEqual([1, false]);
  release();
  const done = await waiting;
  expect([queue.running, isIn]).toEqual([1, true]);
  done();
  expect(queue.running).toBe(0);
});
