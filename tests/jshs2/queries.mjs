import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import {
  BEFORE_CANCEL_MS,
  CANCEL_TAKES_EFFECT_MS,
  MANY_ROWS,
  connected,
  isUsable,
  rejection,
  typedValues,
} from '../support/node-checks.mjs';
import { fetch } from './connection.mjs';

async function typedRow(connection, { sql }) {
  assert.deepEqual(await connection.rows(sql.typedRow), [Object.values(typedValues)]);
}

async function resultMetadata(connection, { sql }) {
  const cursor = await connection.execute(sql.typedRow);
  assert.deepEqual(
    (await cursor.getSchema()).map(({ columnName, type }) => `${columnName} ${type}`),
    Object.keys(typedValues).map((label) => `${label} ${label.slice(2)}`),
  );
  await cursor.close();
}

const manyRows = (fetchSize) => (target) =>
  target.with(async (connection) => {
    const cursor = await connection.execute(target.sql.manyRows);
    let at = 0;
    for (let rows = await fetch(cursor); rows.length > 0; rows = await fetch(cursor)) {
      for (const [number, text] of rows) {
        if (number !== String(at) || text !== `row ${at}`) assert.fail(`row ${at} is ${number}, ${text}`);
        at += 1;
      }
    }
    assert.equal(at, MANY_ROWS);
    await cursor.close();
  }, fetchSize);

async function emptyResult(connection, { sql }) {
  const cursor = await connection.execute(sql.emptyResult);
  assert.deepEqual(
    (await cursor.getSchema()).map(({ columnName }) => columnName),
    ['n'],
  );
  assert.deepEqual(await fetch(cursor), []);
  await cursor.close();
}

/** A block is ten rows of one statement and ten of the other, both asked for at once. */
const interleaved = (target) =>
  target.with(async (connection) => {
    const { manyRows: sql } = target.sql;
    const [first, second] = await Promise.all([connection.execute(sql), connection.execute(sql)]);
    for (let round = 0; round < 20; round++) {
      const blocks = await Promise.all([fetch(first), fetch(second)]);
      for (const rows of blocks) assert.deepEqual(rows[0], [String(round * 10), `row ${round * 10}`]);
    }
    await first.close();
    assert.deepEqual(
      (await fetch(second))[0],
      ['200', 'row 200'],
      'the second reads on when the first is closed',
    );
    await second.close();
  }, 10);

async function statementWithoutRows(connection) {
  const cursor = connection.cursor();
  assert.deepEqual(await cursor.execute('USE `default`'), { hasResultSet: false });
  assert.equal(await connection.ended(cursor), connection.states.FINISHED_STATE);
  await cursor.close();
  await isUsable(connection);
}

/** The driver shows the text alone; the SQLSTATE stands in the operation's log. */
const failsWith42 = (key) =>
  connected(async (connection, { sql }) => {
    const error = await rejection(connection.run(sql[key]));
    assert.match(error.message, /.{10}/);
    const cursor = connection.cursor();
    await cursor.execute(sql[key]);
    assert.equal(await connection.ended(cursor), connection.states.ERROR_STATE);
    assert.match(await cursor.getLog(), /^42[0-9A-Z]{3}: ./m);
    await cursor.close();
    await isUsable(connection);
  });

/** The cancel goes out while a status call of the same connection is held back by the server. */
async function cancel(connection, { sql }) {
  const cursor = connection.cursor();
  await cursor.execute(sql.slow);
  const ended = connection.ended(cursor);
  await delay(BEFORE_CANCEL_MS);
  const startedAt = performance.now();
  await cursor.cancel();
  assert.equal(await ended, connection.states.CANCELED_STATE);
  const tookMs = performance.now() - startedAt;
  assert.ok(tookMs < CANCEL_TAKES_EFFECT_MS, `cancel took ${tookMs} ms`);
  await cursor.close();
  await isUsable(connection);
}

/** The driver asks for no time-out, so the session's own setting ends the statement. Before Hive 2.1 there is no such state. */
async function queryTimeout(connection, { sql }) {
  const { CANCELED_STATE, TIMEDOUT_STATE = CANCELED_STATE } = connection.states;
  await connection.run('SET kyuubi.operation.query.timeout=PT1S');
  const cursor = connection.cursor();
  await cursor.execute(sql.slow);
  assert.equal(await connection.ended(cursor), TIMEDOUT_STATE);
  assert.match(await cursor.getLog(), /in TIMEDOUT_STATE/);
  await cursor.close();
  await isUsable(connection);
}

async function operationLog(connection) {
  const cursor = await connection.execute('SELECT 42 AS n');
  assert.match(await cursor.getLog(), /SELECT 42 AS n[^]*FINISHED/);
  assert.equal(await cursor.getLog(), '', 'each line comes once');
  await cursor.close();
}

export const queryChecks = {
  'typed-row': connected(typedRow),
  'result-metadata': connected(resultMetadata),
  'rows-100k': manyRows(undefined),
  'rows-100k-small-fetches': manyRows(97),
  'rows-100k-large-fetches': manyRows(30_000),
  'empty-result': connected(emptyResult),
  interleaved,
  'statement-without-rows': connected(statementWithoutRows),
  'syntax-error': failsWith42('syntaxError'),
  'unknown-table': failsWith42('unknownTable'),
  cancel: connected(cancel),
  'query-timeout': connected(queryTimeout),
  'operation-log': connected(operationLog),
};
