import { expect, it } from 'vitest';
import { looksLikeQuery } from './looks-like-query.ts';

it.each([
  'SELECT 1',
  'select*from t',
  '  \n with x as (select 1) select * from x',
  '-- comment\n-- more\nSELECT 1',
  '/* a */ /* b\n */ SHOW TABLES',
  '((select 1))',
  'VALUES (1)',
  'DESCRIBE t',
  'explain select 1',
])('takes %j for a query', (statement) => {
  expect(looksLikeQuery(statement)).toBe(true);
});

it.each([
  '',
  '   ',
  '-- only a comment',
  'INSERT INTO t SELECT 1',
  'create table t as select 1',
  'USE x',
  'SET a=b',
  '42',
])('takes %j for something else', (statement) => {
  expect(looksLikeQuery(statement)).toBe(false);
});

it('reads past any amount of comment in a moment', () => {
  const startMs = performance.now();
  expect(looksLikeQuery(`${'/* x */ '.repeat(100_000)}select 1`)).toBe(true);
  expect(looksLikeQuery(`${'-'.repeat(1_000_000)}`)).toBe(false);
  expect(looksLikeQuery(`${'( '.repeat(500_000)}insert`)).toBe(false);
  expect(looksLikeQuery(`/*${'*'.repeat(1_000_000)}`)).toBe(false);
  expect(performance.now() - startMs).toBeLessThan(2_000);
});
