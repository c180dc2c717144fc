import assert from 'node:assert/strict';
import { MANY_ROWS, connected, typedValues } from '../support/node-checks.mjs';
import { nextRows, rowsOf, types } from './connection.mjs';

// This driver makes JavaScript numbers of everything that is one, and Infinity of what is none any more.
const shownValues = Object.values({ ...typedValues, c_bigint: Infinity, c_decimal: -12345678.9 });

async function typedRow(connection, { sql }) {
  assert.deepEqual(await connection.rows(sql.typedRow), [shownValues]);
}

async function resultMetadata(connection, { sql }) {
  const operation = await connection.execute(sql.typedRow);
  await operation.fetch();
  const columns = operation.getSchema().columns;
  const name = (type) => Object.entries(types.TTypeId).find(([, id]) => id === type)?.[0];
  assert.deepEqual(
    columns.map(({ columnName, typeDesc }) => `${columnName} ${name(typeDesc.types[0].primitiveEntry.type)}`),
    Object.keys(typedValues).map((label) => `${label} ${label.slice(2).toUpperCase()}_TYPE`),
  );
  const decimal = columns.find(({ columnName }) => columnName === 'c_decimal').typeDesc.types[0]
    .primitiveEntry;
  const { precision, scale } = decimal.typeQualifiers.qualifiers;
  assert.deepEqual([precision.i32Value, scale.i32Value], [10, 2]);
  await operation.close();
}

/** The driver's first fetch is FETCH_FIRST, all others are FETCH_NEXT. */
const manyRows =
  (fetchSize) =>
  async (connection, { sql }) => {
    const operation = await connection.execute(sql.manyRows);
    if (fetchSize !== undefined) operation.setMaxRows(fetchSize);
    let at = 0;
    do {
      for (const [number, text] of await nextRows(operation)) {
        if (number !== at || text !== `row ${at}`) assert.fail(`row ${at} is ${number}, ${text}`);
        at += 1;
      }
    } while (operation.hasMoreRows());
    assert.equal(at, MANY_ROWS);
    await operation.close();
  };

async function emptyResult(connection, { sql }) {
  const operation = await connection.execute(sql.emptyResult);
  assert.deepEqual(await nextRows(operation), []);
  assert.deepEqual(
    operation.getSchema().columns.map(({ columnName }) => columnName),
    ['n'],
  );
  assert.equal(operation.hasMoreRows(), false);
  await operation.close();
}

async function interleaved(connection, { sql }) {
  const first = await connection.execute(sql.manyRows);
  const second = await connection.execute(sql.manyRows);
  first.setMaxRows(10);
  second.setMaxRows(7);
  for (let round = 0; round < 20; round++) {
    // Both requests are on their way at once.
    const [tens, sevens] = await Promise.all([nextRows(first), nextRows(second)]);
    assert.deepEqual(tens[0], [round * 10, `row ${round * 10}`]);
    assert.deepEqual(sevens[0], [round * 7, `row ${round * 7}`]);
  }
  await first.close();
  assert.deepEqual(
    (await nextRows(second))[0],
    [140, 'row 140'],
    'the second reads on when the first is closed',
  );
  await second.close();
}

async function statementWithoutRows(connection) {
  const operation = await connection.execute('USE `default`');
  assert.equal(operation.hasResultSet, false);
  assert.equal(await rowsOf(operation), null);
}

export const queryChecks = {
  'typed-row': connected(typedRow),
  'result-metadata': connected(resultMetadata),
  'rows-100k': connected(manyRows(undefined)),
  'rows-100k-small-fetches': connected(manyRows(97)),
  'rows-100k-large-fetches': connected(manyRows(30_000)),
  'empty-result': connected(emptyResult),
  interleaved: connected(interleaved),
  'statement-without-rows': connected(statementWithoutRows),
};
