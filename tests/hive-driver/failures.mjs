import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { BEFORE_CANCEL_MS, CANCEL_TAKES_EFFECT_MS, isUsable, rejection } from '../support/node-checks.mjs';
import { ready, types } from './connection.mjs';

/** Synchronously the driver shows the text alone; of an operation that fails later it hands out the whole answer. */
const failsWith42 = (key) => (target) =>
  target.with(async (connection) => {
    const sql = target.sql[key];
    const atOnce = await rejection(connection.session.executeStatement(sql, { runAsync: false }));
    assert.match(atOnce.message, /.{10}/);
    const later = await rejection(connection.execute(sql));
    assert.match(later.response.sqlState, /^42[0-9A-Z]{3}$/);
    assert.equal(later.response.errorMessage, atOnce.message);
    await isUsable(connection);
  });

/** The cancel goes out while a status call of the same connection is held back by the server. */
async function cancel(target) {
  await target.with(async (connection) => {
    const operation = await connection.session.executeStatement(target.sql.slow, { runAsync: true });
    const ended = rejection(ready(operation));
    await delay(BEFORE_CANCEL_MS);
    const startedAt = performance.now();
    await operation.cancel();
    const error = await ended;
    const tookMs = performance.now() - startedAt;
    assert.equal(error.response?.operationState, types.TOperationState.CANCELED_STATE);
    assert.ok(tookMs < CANCEL_TAKES_EFFECT_MS, `cancel took ${tookMs} ms`);
    await operation.close();
    await isUsable(connection);
  });
}

async function queryTimeout(target) {
  await target.with(async (connection) => {
    const error = await rejection(connection.execute(target.sql.slow, { queryTimeout: 1 }));
    assert.equal(error.response?.operationState, types.TOperationState.TIMEDOUT_STATE);
    await isUsable(connection);
  });
}

async function operationLog(target) {
  await target.with(async (connection) => {
    const operation = await connection.execute('SELECT 42 AS n');
    operation.setFetchType(1);
    await operation.fetch();
    const lines = operation.getData()[0].columns[0].stringVal.values;
    assert.match(lines.join('\n'), /SELECT 42 AS n[^]*FINISHED/);
    operation.flush();
    await operation.fetch();
    assert.deepEqual(operation.getData()[0].columns[0].stringVal.values, [], 'each line comes once');
    await operation.close();
  });
}

/** A closed session says so, and its connection is good for another. */
async function useAfterClose(target) {
  await target.with(async (connection) => {
    await connection.session.close();
    const error = await rejection(connection.session.executeStatement('SELECT 1'));
    assert.match(error.message, /session/i);
    await connection.openSession();
    await isUsable(connection);
  });
}

export const failureChecks = {
  'syntax-error': failsWith42('syntaxError'),
  'unknown-table': failsWith42('unknownTable'),
  cancel,
  'query-timeout': queryTimeout,
  'operation-log': operationLog,
  'use-after-close': useAfterClose,
};
