import assert from 'node:assert/strict';
import { connected, ownName } from '../support/node-checks.mjs';

async function prepared(connection, { sql }) {
  const rowOf = (...parameters) => connection.rows(sql.prepared, { parameters });
  assert.deepEqual(await rowOf(42, `it's a "test"`, null, 2.5), [[42, `it's a "test"`, null, 2.5]]);
  assert.deepEqual(await rowOf(-7, '?', 1, -1e-7), [[-7, '?', 1, -1e-7]]);
}

const TEXTS = [
  '',
  "'",
  "''",
  '\\',
  '\\\\',
  "\\'",
  "'\\",
  "x'; DROP TABLE t; --",
  "\\'; DROP TABLE t; --",
  '"`/* ? */ -- ?',
  'C:\\new\\table',
  '${env:HOME} $x$ $$',
  '%_\\%',
  'tab\t, line\n, return\r',
  'Žluťoučký 千本 🦊 e\u0301',
  '\u0001\u007f\u2028',
  '['.repeat(100) + '\'"\\'.repeat(100),
];

/** Every text arrives as it was, whether the engine takes a backslash for an escape or not. */
async function parameterTexts(target) {
  for (const escapes of ['true', 'false']) {
    const connection = await target.open({
      hiveConfs: {
        'kyuubi.engine.duckdb.backslash.escapes': escapes,
        'spark.sql.parser.escapedStringLiterals': escapes === 'true' ? 'false' : 'true',
      },
    });
    const [[length]] = await connection.rows(String.raw`SELECT length('\\') AS n`);
    assert.equal(Number(length), escapes === 'true' ? 1 : 2, 'the session has the setting');
    for (const text of TEXTS) {
      assert.deepEqual(await connection.rows('SELECT ? AS s', { parameters: [text] }), [[text]]);
    }
    await connection.close();
  }
}

async function parameterTypes(connection) {
  const one = async (value, expression = '?') => {
    const [[found]] = await connection.rows(`SELECT ${expression} AS v`, { parameters: [value] });
    return found;
  };
  for (const value of [0, -1, 2147483647, 1.5, -2.5e100, 5e-324, NaN, Infinity, true, false, null])
    assert.equal(await one(value), value);
  assert.equal(await one(9007199254740991), 9007199254740991n);
  for (const value of [9223372036854775807n, -9223372036854775808n])
    assert.equal(await one(value, 'CAST(? AS bigint)'), value);
  assert.equal(await one(10n ** 37n, 'CAST(? AS decimal(38,0))'), `1${'0'.repeat(37)}`);
  assert.equal(await one(-1, '1-?'), 2);
  const date = new Date(Date.UTC(2024, 1, 29, 12, 34, 56, 789));
  assert.equal(await one(date), '2024-02-29 12:34:56.789');
  assert.deepEqual(await one(Uint8Array.of(0, 255, 39, 92)), Buffer.of(0, 255, 39, 92));
  assert.deepEqual(await one(new Uint8Array()), Buffer.alloc(0));
}

async function parameterLists(connection, { sql }) {
  const table = ownName('parameters');
  await connection.run(sql.createTable.replace('{table}', table));
  try {
    const insert = `INSERT INTO ${table} VALUES (?, ?), (?, ?)`;
    await connection.rows(insert, { parameters: [1, "d'Arc", 2, 'C:\\'] });
    const find = `SELECT id FROM ${table} WHERE name IN (?) AND id < ? ORDER BY id`;
    const parameters = [["d'Arc", 'C:\\', 'nobody'], 9];
    assert.deepEqual(await connection.rows(find, { parameters }), [[1], [2]]);
    const limited = await connection.rows(`SELECT name FROM ${table} ORDER BY id LIMIT ?`, {
      parameters: [1],
    });
    assert.deepEqual(limited, [["d'Arc"]]);
  } finally {
    await connection.run(`DROP TABLE ${table}`);
  }
}

export const parameterChecks = {
  prepared: connected(prepared),
  'parameter-texts': parameterTexts,
  'parameter-types': connected(parameterTypes),
  'parameter-lists': connected(parameterLists),
};
