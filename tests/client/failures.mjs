import { HiveError } from '@senbon/client';
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { BEFORE_CANCEL_MS, CANCEL_TAKES_EFFECT_MS, isUsable, rejection } from '../support/node-checks.mjs';

const failsWith42 = (key) => (target) =>
  target.with(async (connection) => {
    const error = await rejection(connection.query(target.sql[key]));
    assert.ok(error instanceof HiveError, String(error));
    assert.match(error.sqlState, /^42[0-9A-Z]{3}$/);
    assert.match(error.message, /.{10}/);
    const atOnce = await rejection(connection.query(target.sql[key], { runAsync: false }));
    assert.equal(atOnce.message, error.message);
    await isUsable(connection);
  });

async function endsWithin(ended, end) {
  const startedAt = performance.now();
  await end();
  const error = await ended;
  const tookMs = performance.now() - startedAt;
  assert.ok(tookMs < CANCEL_TAKES_EFFECT_MS, `it took ${tookMs} ms`);
  return error;
}

async function cancel(target) {
  await target.with(async (connection) => {
    const operation = await connection.own.session.execute(target.sql.slow);
    const ended = rejection(operation.wait());
    await delay(BEFORE_CANCEL_MS);
    const error = await endsWithin(ended, () => connection.own.cancel(operation));
    assert.equal(error.sqlState, '57014');
    await operation.close();
    await isUsable(connection);
  });
}

/** The connection goes on at once: the statement is no longer in its way. */
async function abort(target) {
  await target.with(async (connection) => {
    const controller = new AbortController();
    const ended = rejection(connection.query(target.sql.slow, { signal: controller.signal }));
    await delay(BEFORE_CANCEL_MS);
    const reason = new Error('the reader has left');
    assert.equal(await endsWithin(ended, () => controller.abort(reason)), reason);
    await isUsable(connection);
  });
}

async function queryTimeout(target) {
  await target.with(async (connection) => {
    const error = await rejection(connection.query(target.sql.slow, { queryTimeoutMs: 1_000 }));
    assert.match(error.message, /time/i);
    assert.ok(error instanceof HiveError);
    await isUsable(connection);
  });
}

async function operationLog(target) {
  await target.with(async (connection) => {
    const { operation } = await connection.query('SELECT 42 AS n');
    assert.match((await operation.log()).join('\n'), /SELECT 42 AS n[^]*FINISHED/);
    assert.deepEqual(await operation.log(), [], 'each line comes once');
    await operation.close();
  });
}

/** States at least; a fraction comes of statements over tables only. */
async function progress(target) {
  await target.with(async (connection) => {
    const states = [];
    await connection.query('SELECT 42 AS n', { onProgress: ({ state }) => states.push(state) });
    assert.equal(states.at(-1), 2);
  });
}

async function useAfterClose(target) {
  const connection = await target.open();
  await connection.close();
  const error = await rejection(connection.query('SELECT 1'));
  assert.match(error.message, /closed|session/i);
}

export const failureChecks = {
  'syntax-error': failsWith42('syntaxError'),
  'unknown-table': failsWith42('unknownTable'),
  cancel,
  abort,
  'query-timeout': queryTimeout,
  'operation-log': operationLog,
  progress,
  'use-after-close': useAfterClose,
};
