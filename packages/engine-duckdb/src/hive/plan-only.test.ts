import type { Executor, ExecutorSession } from '@senbon/engine-host';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { errorOf, openExecutor, run, sessionSpec, statementContext } from '../testing/harness.ts';

const MODE = 'kyuubi.operation.plan.only.mode';
let executor: Executor;
let session: ExecutorSession;

beforeAll(async () => {
  executor = await openExecutor();
  session = await executor.openSession(sessionSpec());
  await run(session, 'CREATE TABLE t AS SELECT 1 AS a');
});
afterAll(() => executor.close());

const planOf = async (mode: string, sql: string, more = {}) =>
  String((await run(session, sql, statementContext(undefined, { [MODE]: mode, ...more })))[0]?.[0]);

it.each([
  ['parse', 'PROJECTION'],
  ['analyze', 'FILTER'],
  ['optimize', 'SEQ_SCAN'],
  ['physical', 'SEQ_SCAN'],
  ['execution', 'SEQ_SCAN'],
])('shows the plan of a statement that asks for %s', async (mode, operator) => {
  expect(await planOf(mode, 'SELECT a + 1 FROM t WHERE a > 0')).toContain(operator);
});

it('runs nothing, and shows JSON where that is wanted', async () => {
  await planOf('execution', 'INSERT INTO t VALUES (2)');
  expect(await run(session, 'SELECT count(*) FROM t')).toEqual([[1n]]);
  const json = { 'kyuubi.operation.plan.only.output.style': 'json' };
  expect(JSON.parse(await planOf('physical', 'SELECT a FROM t', json))).toBeInstanceOf(Array);
});

it('is set for a session, in which SET and USE still run', async () => {
  await run(session, `SET ${MODE}=physical`);
  expect(String((await run(session, 'SELECT 1'))[0]?.[0])).toContain('PROJECTION');
  await run(session, 'USE default');
  await run(session, `SET ${MODE}=none`);
  expect(await run(session, 'SELECT 1')).toEqual([[1]]);
});

it('refuses a mode of Spark’s that DuckDB has nothing like, and says what is wrong with a statement', async () => {
  expect(await errorOf(planOf('lineage', 'SELECT 1'))).toMatchObject({ sqlState: '22023' });
  expect(await errorOf(planOf('parse', 'SELEC 1'))).toMatchObject({ sqlState: '42601' });
  expect(await errorOf(planOf('analyze', 'SELECT * FROM nope'))).toMatchObject({ sqlState: '42P01' });
});
