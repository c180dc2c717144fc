import { SenbonError } from '@senbon/core';
import type { Executor, ExecutorSession } from '@senbon/engine-host';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorOf, openExecutor, run, sessionSpec } from '../testing/harness.ts';
import { sqlStateOf, statementError } from './duckdb-error.ts';

let executor: Executor;
let session: ExecutorSession;

beforeAll(async () => {
  executor = await openExecutor({ 'kyuubi.engine.duckdb.external.access': 'false' });
  session = await executor.openSession(sessionSpec());
  for (const sql of [
    'CREATE TABLE parent (id INTEGER PRIMARY KEY, small INTEGER CHECK (small < 10))',
    'CREATE TABLE child (id INTEGER REFERENCES parent(id), name VARCHAR NOT NULL)',
    'INSERT INTO parent VALUES (1, 1)',
    'CREATE VIEW v AS SELECT 1 AS x',
  ]) {
    await run(session, sql);
  }
});
afterAll(() => executor.close());

describe('SQLSTATE of', () => {
  it.each([
    ['SELEC 1', '42601', 'syntax error'],
    ['SELECT (', '42601', 'syntax error'],
    ['SELECT * FROM nope', '42P01', 'nope'],
    ['DROP TABLE nope', '42P01', 'nope'],
    ['DESCRIBE nope', '42P01', 'nope'],
    ['SHOW CREATE TABLE nope', '42P01', 'nope'],
    ['SELECT * FROM nope.t', '42704', 'nope'],
    ['USE nope', '42704', 'nope'],
    ['SHOW TABLES IN nope', '42704', 'nope'],
    ['SELECT nope FROM parent', '42703', 'nope'],
    ['SELECT parent.nope FROM parent', '42703', 'nope'],
    ['ALTER TABLE parent DROP COLUMN nope', '42703', 'nope'],
    ['SELECT nope(1)', '42883', 'nope'],
    ["SELECT sum('a'::VARCHAR)", '42883', 'sum'],
    ['SELECT small, count(*) FROM parent', '42803', 'small'],
    ['SELECT id FROM parent a, parent b', '42702', 'id'],
    ['CREATE TABLE parent (i INTEGER)', '42P07', 'parent'],
    ['CREATE SCHEMA "default"', '42P06', 'default'],
    ["SELECT 'x'::INTEGER", '22018', "'x'"],
    ["SELECT '2020-13-01'::DATE", '22007', '2020-13-01'],
    ['SELECT 300::TINYINT', '22003', '300'],
    ['SELECT 9223372036854775807 + 1', '22003', 'Overflow'],
    ['INSERT INTO parent VALUES (1, 1)', '23505', 'key'],
    ['INSERT INTO parent VALUES (2, 50)', '23514', 'CHECK'],
    ['INSERT INTO child VALUES (1, NULL)', '23502', 'NOT NULL'],
    ["INSERT INTO child VALUES (7, 'x')", '23503', 'foreign key'],
    ["SELECT * FROM read_csv('/etc/hostname')", '42501', 'disabled'],
    ["COPY parent TO '/tmp/x.csv'", '42501', 'disabled'],
    ["ATTACH '/tmp/x.db'", '42501', 'disabled'],
    ['SET enable_external_access = true', '42501', 'enable_external_access'],
    ['ROLLBACK', '25P01', 'no transaction'],
    ['SELECT ?', '07002', 'parameter'],
    ['SELECT (SELECT unnest([1, 2]))', '21000', 'More than one row'],
    ["SELECT error('mine')", '22023', 'mine'],
    ['SET GLOBAL nope_nope = 1', '42501', 'nope_nope'],
  ])('%s is %s', async (sql, sqlState, text) => {
    const error = await errorOf(run(session, sql));
    expect({ sqlState: error.sqlState, code: error.code }).toEqual({ sqlState, code: 'STATEMENT_FAILED' });
    expect(error.message).toContain(text);
  });

  it('a statement in a transaction that has failed, from which ROLLBACK leads out', async () => {
    await run(session, 'BEGIN');
    await errorOf(run(session, "SELECT 'x'::INTEGER"));
    expect(await errorOf(run(session, 'SELECT 1'))).toMatchObject({ sqlState: '25P02' });
    await run(session, 'ROLLBACK');
    expect(await run(session, 'SELECT 1')).toEqual([[1]]);
  });

  it('too little memory', async () => {
    const small = await openExecutor({
      'kyuubi.engine.duckdb.memory.limit': '20m',
      'kyuubi.engine.duckdb.global.settings': 'true',
    });
    const spilling = await small.openSession(sessionSpec());
    await run(spilling, "SET max_temp_directory_size = '0KB'");
    const error = await errorOf(run(spilling, 'SELECT list(i) FROM range(50000000) t(i)'));
    expect(error.sqlState).toBe('53200');
    await small.close();
  });
});

describe('statementError', () => {
  it('leaves ours alone and takes the prefix of the library away', () => {
    const ours = new SenbonError('INTERNAL', { problem: 'x' });
    expect(statementError(ours)).toBe(ours);
    const wrapped = statementError(new Error('Failed to extract statements: Parser Error: bad'));
    expect(wrapped.message).toBe('Parser Error: bad');
    expect(wrapped.sqlState).toBe('42601');
    expect(statementError('not even an error').sqlState).toBe('HY000');
  });

  it.each([
    ['INTERRUPT Error: Interrupted!', '57014'],
    ['IO Error: No space left', '58030'],
    ['Out of Range Error: Division by zero!', '22012'],
    ['Dependency Error: x depends on y', '2BP01'],
    ['TransactionContext Error: Conflict on update!', '40001'],
    ['INTERNAL Error: oops', 'XX000'],
    ['Not implemented Error: that', '0A000'],
    ['Brand New Error: what', 'HY000'],
    ['no class at all', 'HY000'],
  ])('%s is %s', (message, sqlState) => {
    expect(sqlStateOf(message)).toBe(sqlState);
  });
});
