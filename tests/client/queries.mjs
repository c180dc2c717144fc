import { columnValues, valueAt } from '@senbon/client';
import assert from 'node:assert/strict';
import { MANY_ROWS, connected, typedValues } from '../support/node-checks.mjs';

const shown = { ...typedValues, c_bigint: 9223372036854775807n };

async function typedRow(connection, { sql }) {
  assert.deepEqual(await connection.rows(sql.typedRow), [Object.values(shown)]);
  const [object] = await (await connection.query(sql.typedRow)).toObjects();
  assert.deepEqual(object, shown);
}

async function resultMetadata(connection, { sql }) {
  const { columns } = await connection.query(sql.typedRow);
  assert.deepEqual(
    columns.map(({ name, type }) => `${name} ${type}`),
    Object.keys(typedValues).map((label) => {
      const type = label === 'c_decimal' ? 'decimal(10,2)' : label.slice(2);
      return `${label} ${type}`;
    }),
  );
}

const manyRows =
  (fetchRows) =>
  async (connection, { sql }) => {
    let at = 0;
    const options = fetchRows === undefined ? {} : { fetchRows };
    for await (const [number, text] of await connection.query(sql.manyRows, options)) {
      if (Number(number) !== at || text !== `row ${at}`) assert.fail(`row ${at} is ${number}, ${text}`);
      at += 1;
    }
    assert.equal(at, MANY_ROWS);
  };

async function batches(connection, { sql }) {
  let sum = 0n;
  let count = 0;
  for await (const { columns, rowCount } of (
    await connection.query(sql.manyRows, { fetchRows: 30_000 })
  ).batches()) {
    for (const number of columnValues(columns[0])) sum += BigInt(number);
    assert.equal(valueAt(columns[1], rowCount - 1), `row ${count + rowCount - 1}`);
    count += rowCount;
  }
  assert.equal(count, MANY_ROWS);
  assert.equal(sum, BigInt((MANY_ROWS * (MANY_ROWS - 1)) / 2));
}

async function emptyResult(connection, { sql }) {
  const result = await connection.query(sql.emptyResult);
  assert.deepEqual(
    result.columns.map(({ name }) => name),
    ['n'],
  );
  assert.deepEqual(await result.toArray(), []);
}

async function interleaved(connection, { sql }) {
  const first = (await connection.query(sql.manyRows, { fetchRows: 10 }))[Symbol.asyncIterator]();
  const second = (await connection.query(sql.manyRows, { fetchRows: 7 }))[Symbol.asyncIterator]();
  for (let at = 0; at < 140; at++) {
    // Both requests are on their way at once.
    const [one, other] = await Promise.all([first.next(), second.next()]);
    assert.deepEqual([one.value[1], other.value[1]], [`row ${at}`, `row ${at}`]);
  }
  await first.return();
  assert.equal((await second.next()).value[1], 'row 140', 'the second reads on when the first is closed');
  await second.return();
}

async function statementWithoutRows(connection) {
  const result = await connection.query('USE `default`');
  assert.deepEqual(result.columns, []);
  assert.deepEqual(await result.toArray(), []);
}

/** Of a user that no other run has, and so with a cold engine. */
async function launchLog(target) {
  const lines = [];
  const connection = await target.open({
    user: `launch${process.pid}`,
    onLaunchLog: (line) => lines.push(line),
  });
  assert.match(lines.join('\n'), /launching/i);
  assert.notEqual((await connection.own.launch.wait()).id, '');
  await connection.close();
}

export const queryChecks = {
  'typed-row': connected(typedRow),
  'result-metadata': connected(resultMetadata),
  'rows-100k': connected(manyRows(undefined)),
  'rows-100k-small-fetches': connected(manyRows(97)),
  'rows-100k-large-fetches': connected(manyRows(30_000)),
  batches: connected(batches),
  'empty-result': connected(emptyResult),
  interleaved: connected(interleaved),
  'statement-without-rows': connected(statementWithoutRows),
  'launch-log': launchLog,
};
