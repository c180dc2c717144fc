import { type Connection, connect } from '@senbon/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayHome, startGateway } from '../support/gateway.ts';
import type { SparkProgram } from '../support/spark-program.ts';
import { startSparkThriftServer } from '../support/spark-thrift-server.ts';
import { SPARK_FETCH_TIMEOUT_MS, sparkGateway, sparkPeer } from '../support/spark.ts';

/** Every type of Spark's, at its ends and in between, plain and nested. */
const expressions = `
  true; CAST(NULL AS boolean); NULL
  CAST(-128 AS tinyint); CAST(32767 AS smallint); -2147483648; 9223372036854775807L
  CAST(0.1 AS float); CAST(1.0E-10 AS float); CAST(3.4028235E38 AS float); CAST(16777216 AS float); CAST('NaN' AS float)
  0.1D; 1.0E300; -4.9E-324D; CAST('-Infinity' AS double); 123456789.0D; 0.001D; 0.0001D; 1.0E7D
  CAST(1 AS decimal(10,0)); -0.05BD; CAST(12.3 AS decimal(38,18)); CAST('99999999999999999999999999999999999999' AS decimal(38,0)); CAST(0 AS decimal(5,2))
  ''; 'a"b\\\\c'; '千本🦊'; CAST('x' AS char(3)); CAST('abc' AS varchar(5))
  X'00ff41'; CAST('' AS binary)
  DATE'1969-12-31'; DATE'0001-01-01'; DATE'9999-12-31'; DATE'2024-02-29'
  TIMESTAMP'2024-02-29 12:34:56.789123'; TIMESTAMP'2024-02-29 12:34:56'; TIMESTAMP'1969-12-31 23:59:59.5'; TIMESTAMP'1883-11-18 00:00:00'; TIMESTAMP'0001-01-01 00:00:00'
  TIMESTAMP_NTZ'2024-02-29 12:34:56.7'; TIMESTAMP_NTZ'1969-12-31 00:00:00'
  INTERVAL '1-2' YEAR TO MONTH; INTERVAL '-1-2' YEAR TO MONTH; INTERVAL '0' MONTH
  INTERVAL '1 02:03:04.5' DAY TO SECOND; INTERVAL '-1 02:03:04.000001' DAY TO SECOND; INTERVAL '10' HOUR; INTERVAL '0' SECOND
  array(1, NULL, 3); array(); array('a', NULL, 'b"c'); array(0.1D, 1.0E10D, CAST('NaN' AS double)); array(CAST(0.1 AS float)); array(1.50BD)
  array(DATE'2024-02-29'); array(TIMESTAMP'2024-02-29 12:34:56.5'); array(true, false); array(X'4142'); array(array(1), array())
  array(INTERVAL '1-2' YEAR TO MONTH); array(INTERVAL '1 02:03:04.5' DAY TO SECOND); array(NULL)
  map('b', 1, 'a', NULL); map(2, 'x', 10, 'y'); map(); map(DATE'2024-02-29', array(1)); map('k', map('n', 1))
  named_struct('n', 1, 's', 'x', 'm', NULL); struct(1, struct('a', array(map('k', 1.5BD)))); named_struct('a "b"', 1)
`
  .trim()
  .split(/[;\n]/)
  .map((text) => text.trim())
  .filter((text) => text !== '');

async function answer(connection: Connection, sql: string) {
  const result = await connection.query(sql);
  return { columns: result.columns, rows: await result.toArray() };
}

const zones = ['UTC', 'America/New_York', 'Asia/Kolkata', '+05:45'];

describe.each(['3.5', '4.0'] as const)('values as the Thrift server of Spark %s has them', (version) => {
  let home: GatewayHome;
  let sparks: SparkProgram;
  let ours: Connection;
  let theirs: Connection;

  beforeAll(async () => {
    const peer = await sparkPeer(version);
    const started = await startGateway(await sparkGateway(version));
    home = started.home;
    sparks = await startSparkThriftServer(peer);
    ours = await connect(started.gateway.urls.binary, { user: 'anna' });
    theirs = await connect(`jdbc:hive2://127.0.0.1:${sparks.port}/default`, { user: 'anna' });
  }, SPARK_FETCH_TIMEOUT_MS);

  afterAll(async () => {
    await ours?.close();
    await theirs?.close();
    await sparks?.stop();
    await home?.close();
  });

  it.each(zones)('in the time zone %s', async (zone) => {
    const set = `SET spark.sql.session.timeZone=${zone}`;
    await answer(ours, set);
    await answer(theirs, set);
    const sql = `SELECT ${expressions.map((text, i) => `${text} AS c${i}`).join(', ')}`;
    const [own, their] = [await answer(ours, sql), await answer(theirs, sql)];
    const byExpression = ({ columns, rows: [row = []] }: typeof own) =>
      expressions.map((text, i) => [text, columns?.[i]?.type, row[i]]);
    expect(byExpression(own)).toEqual(byExpression(their));
  });
});
