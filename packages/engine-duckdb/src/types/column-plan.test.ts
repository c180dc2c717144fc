import type { Executor, ExecutorSession } from '@senbon/engine-host';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExecutor, readRows, run, sessionSpec, statementContext } from '../testing/harness.ts';

let executor: Executor;
let session: ExecutorSession;

beforeAll(async () => {
  executor = await openExecutor();
  session = await executor.openSession(sessionSpec());
});
afterAll(async () => {
  await executor.close();
});

interface Sample {
  readonly sql: string;
  /** The Hive type a driver sees, with its qualifiers. */
  readonly type: string;
  readonly value: unknown;
}

const samples: readonly Sample[] = [
  { sql: 'true', type: 'BOOLEAN', value: true },
  { sql: 'false', type: 'BOOLEAN', value: false },
  { sql: '(-128)::TINYINT', type: 'TINYINT', value: -128 },
  { sql: '(-32768)::SMALLINT', type: 'SMALLINT', value: -32768 },
  { sql: '(-2147483648)::INTEGER', type: 'INT', value: -2147483648 },
  { sql: '(-9223372036854775808)::BIGINT', type: 'BIGINT', value: -(2n ** 63n) },
  { sql: '255::UTINYINT', type: 'SMALLINT', value: 255 },
  { sql: '65535::USMALLINT', type: 'INT', value: 65535 },
  { sql: '4294967295::UINTEGER', type: 'BIGINT', value: 4294967295n },
  { sql: '18446744073709551615::UBIGINT', type: 'DECIMAL(20,0)', value: '18446744073709551615' },
  {
    sql: '(-170141183460469231731687303715884105728)::HUGEINT',
    type: 'DECIMAL(38,0)',
    value: '-170141183460469231731687303715884105728',
  },
  {
    sql: '340282366920938463463374607431768211455::UHUGEINT',
    type: 'DECIMAL(38,0)',
    value: String(2n ** 128n - 1n),
  },
  { sql: '0.1::FLOAT', type: 'FLOAT', value: 0.1 },
  { sql: "'-infinity'::FLOAT", type: 'FLOAT', value: -Infinity },
  { sql: '0.1::DOUBLE', type: 'DOUBLE', value: 0.1 },
  { sql: "'nan'::DOUBLE", type: 'DOUBLE', value: Number.NaN },
  { sql: "'infinity'::DOUBLE", type: 'DOUBLE', value: Infinity },
  { sql: '(-0.05)::DECIMAL(4,2)', type: 'DECIMAL(4,2)', value: '-0.05' },
  { sql: '12345.6789::DECIMAL(9,4)', type: 'DECIMAL(9,4)', value: '12345.6789' },
  { sql: '(-123456789012.345678)::DECIMAL(18,6)', type: 'DECIMAL(18,6)', value: '-123456789012.345678' },
  {
    sql: '12345678901234567890.123456789012345678::DECIMAL(38,18)',
    type: 'DECIMAL(38,18)',
    value: '12345678901234567890.123456789012345678',
  },
  { sql: '0.00000000000000000001::DECIMAL(38,20)', type: 'DECIMAL(38,20)', value: '0.00000000000000000001' },
  { sql: "'naïve 千本 🦊'", type: 'STRING', value: 'naïve 千本 🦊' },
  { sql: "''", type: 'STRING', value: '' },
  { sql: "'\\x00\\xFF\\x41'::BLOB", type: 'BINARY', value: '00ff41' },
  { sql: "DATE '2024-02-29'", type: 'DATE', value: '2024-02-29' },
  { sql: "DATE '0001-01-01'", type: 'DATE', value: '0001-01-01' },
  { sql: "DATE '10000-01-01'", type: 'DATE', value: '10000-01-01' },
  { sql: "DATE '0044-03-15 (BC)'", type: 'DATE', value: '0044-03-15 (BC)' },
  { sql: "DATE 'infinity'", type: 'DATE', value: 'infinity' },
  { sql: "TIME '23:59:59.000001'", type: 'STRING', value: '23:59:59.000001' },
  { sql: "TIMETZ '12:00:00+02'", type: 'STRING', value: '12:00:00+02' },
  { sql: "TIMESTAMP '2024-02-29 01:02:03'", type: 'TIMESTAMP', value: '2024-02-29 01:02:03' },
  { sql: "TIMESTAMP '1969-12-31 23:59:59.5'", type: 'TIMESTAMP', value: '1969-12-31 23:59:59.5' },
  { sql: "TIMESTAMP '9999-12-31 23:59:59.999999'", type: 'TIMESTAMP', value: '9999-12-31 23:59:59.999999' },
  { sql: "TIMESTAMP '-infinity'", type: 'TIMESTAMP', value: '-infinity' },
  { sql: "TIMESTAMP_S '2024-01-01 00:00:01'", type: 'TIMESTAMP', value: '2024-01-01 00:00:01' },
  { sql: "TIMESTAMP_MS '2024-01-01 00:00:00.120'", type: 'TIMESTAMP', value: '2024-01-01 00:00:00.12' },
  {
    sql: "TIMESTAMP_NS '1677-09-22 00:00:00.123456789'",
    type: 'TIMESTAMP',
    value: '1677-09-22 00:00:00.123456789',
  },
  {
    sql: "INTERVAL '1 year 2 months 3 days 04:05:06'",
    type: 'STRING',
    value: '1 year 2 months 3 days 04:05:06',
  },
  {
    sql: "'00112233-4455-6677-8899-aabbccddeeff'::UUID",
    type: 'STRING',
    value: '00112233-4455-6677-8899-aabbccddeeff',
  },
  {
    sql: "'ffffffff-4455-6677-8899-aabbccddeeff'::UUID",
    type: 'STRING',
    value: 'ffffffff-4455-6677-8899-aabbccddeeff',
  },
  { sql: "'01011'::BIT", type: 'STRING', value: '01011' },
  { sql: "'ok'::ENUM('sad', 'ok')", type: 'STRING', value: 'ok' },
  { sql: `'{"a": [1]}'::JSON`, type: 'STRING', value: '{"a": [1]}' },
  { sql: '[1, NULL, 3]', type: 'ARRAY', value: '[1,null,3]' },
  { sql: '[[1], []]', type: 'ARRAY', value: '[[1],[]]' },
  { sql: "array_value('a', 'b\"c')", type: 'ARRAY', value: '["a","b\\"c"]' },
  { sql: "{'a': 1, 'b': {'c': DATE '2024-01-01'}}", type: 'STRUCT', value: '{"a":1,"b":{"c":"2024-01-01"}}' },
  { sql: 'row(1, NULL)', type: 'STRUCT', value: '{"col1":1,"col2":null}' },
  { sql: "{'__proto__': 7}", type: 'STRUCT', value: '{"__proto__":7}' },
  { sql: "MAP {1: 'x', 2: NULL}", type: 'MAP', value: '{"1":"x","2":null}' },
  { sql: '[1.50::DECIMAL(4,2), 2]', type: 'ARRAY', value: '[1.50,2.00]' },
  { sql: "['nan'::DOUBLE]", type: 'ARRAY', value: '["NaN"]' },
  { sql: '[0.1::FLOAT]', type: 'ARRAY', value: '[0.1]' },
  { sql: 'union_value(num := 5)', type: 'STRING', value: '5' },
  { sql: "[union_value(word := 'x')]", type: 'ARRAY', value: '["x"]' },
  { sql: `['{"k":1}'::JSON]`, type: 'ARRAY', value: '[{"k":1}]' },
  { sql: '12345678901234567890123::BIGNUM', type: 'STRING', value: '12345678901234567890123' },
];

describe('types', () => {
  it.each(samples)('$sql is $type', async ({ sql, type, value }) => {
    const result = await session.execute(`SELECT ${sql} AS v`, statementContext());
    const { name, precision, scale } = result.rows?.schema[0]?.type ?? { name: 'none' };
    expect(precision === undefined ? name : `${name}(${precision},${scale})`).toBe(type);
    expect(await readRows(result)).toEqual([[value]]);
  });

  it.each(samples)('$sql between NULLs', async ({ sql, value }) => {
    const rows = await run(
      session,
      `SELECT s.v FROM range(100) t(i) LEFT JOIN (SELECT 1 AS k, ${sql} AS v) s ON s.k = i % 3 ORDER BY i`,
    );
    expect(rows).toEqual(Array.from({ length: 100 }, (_, i) => [i % 3 === 1 ? value : null]));
  });

  it('shows instants on the wall clock of the session, whichever zone that is', async () => {
    const zoned = await executor.openSession(sessionSpec());
    for (const zone of ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu']) {
      await run(zoned, `SET TimeZone = '${zone}'`);
      const rows = await run(
        zoned,
        `SELECT ts, strftime(ts, '%Y-%m-%d %H:%M:%S') AS expected
         FROM (SELECT TIMESTAMPTZ '2023-12-31 22:07:13+00' + INTERVAL (i * 97) HOUR AS ts FROM range(500) t(i))`,
      );
      expect(rows.map(([shown]) => shown)).toEqual(rows.map(([, expected]) => expected));
    }
    expect(await run(zoned, "SELECT [TIMESTAMPTZ '2024-01-01 00:00:00+00']")).toEqual([
      ['["2024-01-01 05:45:00"]'],
    ]);
  });

  it('sends a NULL without a type', async () => {
    expect(await run(session, 'SELECT NULL AS n')).toEqual([[null]]);
  });

  it('keeps names that occur twice', async () => {
    const result = await session.execute('SELECT 1 AS a, 2 AS a', statementContext());
    expect(result.rows?.schema.map((column) => column.name)).toEqual(['a', 'a']);
    await result.rows?.cursor.close();
  });
});

describe('texts against DuckDB itself', () => {
  it('dates of twenty thousand years', async () => {
    const rows = await run(
      session,
      "SELECT d, d::VARCHAR FROM (SELECT (DATE '0001-01-01' + (i * 331)::INTEGER) AS d FROM range(11000) t(i))",
    );
    expect(rows.filter(([shown, expected]) => shown !== expected)).toEqual([]);
  });

  it('timestamps of every unit', async () => {
    for (const type of ['TIMESTAMP', 'TIMESTAMP_MS', 'TIMESTAMP_S', 'TIMESTAMP_NS']) {
      const rows = await run(
        session,
        `SELECT ts, ts::VARCHAR FROM
           (SELECT (TIMESTAMP '1700-01-01' + INTERVAL (i * 7919 * 86399) SECOND + INTERVAL (i * 12345) MICROSECOND)::${type} AS ts FROM range(20000) t(i)
            WHERE i * 7919 * 86399 < 17000000000)`,
      );
      // DuckDB fills fractions up to three, six or nine digits; JDBC reads them without the zeros.
      const trim = (text: unknown) =>
        String(text)
          .replace(/(\.\d*?)0+$/, '$1')
          .replace(/\.$/, '');
      expect(rows.filter(([shown, expected]) => shown !== trim(expected))).toEqual([]);
      expect(rows.length).toBeGreaterThan(20);
    }
  });

  it('decimals of every width', async () => {
    for (const [width, scale] of [
      [4, 4],
      [4, 0],
      [9, 3],
      [18, 0],
      [18, 17],
      [38, 10],
      [38, 37],
    ] as const) {
      const rows = await run(
        session,
        `SELECT v, v::VARCHAR FROM (SELECT (((i - 500) * 7.13)::DOUBLE / power(10, ${scale - Math.min(width - scale, 3)} + 1))::DECIMAL(${width},${scale}) AS v
         FROM range(1000) t(i) WHERE abs((i - 500) * 7.13 / power(10, ${scale - Math.min(width - scale, 3)} + 1)) < power(10, ${width - scale}) - 1)`,
      );
      expect(rows.filter(([shown, expected]) => shown !== expected)).toEqual([]);
    }
  });

  it('floats by their shortest decimals', async () => {
    const rows = await run(
      session,
      `SELECT v, v::VARCHAR FROM (SELECT ((random() - 0.5) * power(10, (random() * 40 - 20)::INTEGER))::FLOAT AS v FROM range(5000))`,
    );
    // Several texts may mean the same float: it must be this float, and no text longer than DuckDB's.
    const isSame = (shown: number, expected: string) =>
      Math.fround(shown) === Math.fround(Number(expected)) &&
      (Number.isInteger(shown) || shown.toExponential().length <= Number(expected).toExponential().length);
    expect(rows.filter(([shown, expected]) => !isSame(Number(shown), String(expected)))).toEqual([]);
  });
});
