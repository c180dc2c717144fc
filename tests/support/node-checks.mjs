import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';

/** The values of the dialect's `typedRow`; a client that shows a type in its own way overrides it. */
export const typedValues = {
  c_boolean: true,
  c_tinyint: -128,
  c_smallint: 32767,
  c_int: -2147483648,
  c_bigint: '9223372036854775807',
  c_float: 1.5,
  c_double: -2.5e100,
  c_decimal: '-12345678.90',
  c_string: 'senbon',
  c_date: '1969-12-31',
  c_timestamp: '2024-02-29 12:34:56.789123',
  c_binary: Buffer.from('00ff41', 'hex'),
};

export const MANY_ROWS = 100_000;
/** Long enough for a statement to run on the engine, not only to be on its way there. */
export const BEFORE_CANCEL_MS = 1_000;
export const CANCEL_TAKES_EFFECT_MS = 3_000;

const UNICODE = 'Žluťoučký kůň, 千本鳥居 🦊 e\u0301, "quoted"';
/** All byte values, in order. */
const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, at) => at));

/** One name per run: other runs may share the engine. */
export const ownName = (name) => `checks_${name}_${process.pid}`;

/** Resolves to the error of a promise that must fail. */
export async function rejection(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail('it did not fail');
}

export async function isUsable(connection) {
  assert.deepEqual(await connection.rows('SELECT 1 AS n'), [[1]]);
}

async function nullRow(connection, { sql }) {
  assert.deepEqual(await connection.rows(sql.nullRow), [Object.keys(typedValues).map(() => null)]);
}

async function unicode(connection) {
  const sql = `SELECT '${UNICODE}' AS s, length('千本🦊') AS n`;
  const [[text, length]] = await connection.rows(sql);
  assert.equal(text, UNICODE);
  // Some clients show a BIGINT as text.
  assert.equal(Number(length), 3, "the engine's count of characters");
}

async function quotes(connection) {
  const sql = `SELECT 'it''s' AS a, '"' AS b, ';' AS c, '-- no comment' AS d, '' AS e /* ; ' */ -- '`;
  assert.deepEqual(await connection.rows(sql), [["it's", '"', ';', '-- no comment', '']]);
}

async function binary(connection) {
  const sql = `SELECT unhex('${ALL_BYTES.toString('hex')}') AS a, unhex('') AS b, unhex(NULL) AS c`;
  assert.deepEqual(await connection.rows(sql), [[ALL_BYTES, Buffer.alloc(0), null]]);
}

async function sessionState(connection) {
  const schema = ownName('schema');
  await connection.run(`CREATE SCHEMA ${schema}`);
  try {
    await connection.run(`USE ${schema}`);
    assert.deepEqual(await connection.rows('SELECT current_schema() AS s'), [[schema]]);
    await connection.run('SET checks.level=high');
    assert.deepEqual(await connection.rows('SET checks.level'), [['checks.level', 'high']]);
    await connection.run('CREATE TEMPORARY VIEW checks_view AS SELECT 42 AS n');
    assert.deepEqual(await connection.rows('SELECT n FROM checks_view'), [[42]]);
  } finally {
    await connection.run('USE `default`');
    await connection.run(`DROP SCHEMA ${schema}`);
  }
}

async function sessionIsolation(connection, target) {
  await connection.run('SET checks.level=high');
  await connection.run('CREATE TEMPORARY VIEW checks_view AS SELECT 42 AS n');
  await target.with(async (other) => {
    assert.deepEqual(await other.rows('SET checks.level'), [['checks.level', '<undefined>']]);
    await rejection(other.rows('SELECT n FROM checks_view'));
    await other.run('CREATE TEMPORARY VIEW checks_view AS SELECT 43 AS n');
  });
  assert.deepEqual(await connection.rows('SELECT n FROM checks_view'), [[42]]);
}

async function reopen(target) {
  const connection = await target.open();
  await isUsable(connection);
  await connection.close();
  await target.with(isUsable);
}

async function connections20(target) {
  const opened = await Promise.all(Array.from({ length: 20 }, () => target.open()));
  const answers = await Promise.all(opened.map((connection, at) => connection.rows(`SELECT ${at} AS n`)));
  assert.deepEqual(answers.flat(2), [...opened.keys()]);
  await Promise.all(opened.map((connection) => connection.close()));
}

/** A check that gets a connection of its own. */
export const connected = (check) => (target) => target.with((connection) => check(connection, target));

/** A check that gets a connection and, for as long as it runs, a table. */
export const withTable = (table, check) =>
  connected(async (connection, target) => {
    await connection.run(target.sql.createTable.replace('{table}', table));
    try {
      await check(connection);
    } finally {
      await connection.run(`DROP TABLE ${table}`);
    }
  });

/**
 * The checks that need nothing of a client but `target.open()`, `target.with(use)` and a connection with `rows(sql)` (arrays of
 * values, NULL as null), `run(sql)` and `close()`.
 */
export const nodeChecks = {
  'select-1': connected(isUsable),
  'null-row': connected(nullRow),
  unicode: connected(unicode),
  quotes: connected(quotes),
  binary: connected(binary),
  'session-state': connected(sessionState),
  'session-isolation': connected(sessionIsolation),
  reopen,
  'connections-20': connections20,
};
