import { describe, expect, it } from 'vitest';
import { bindParameters } from './bind-parameters.ts';
import type { Parameter } from './literal.ts';

describe('bindParameters', () => {
  it('puts values in place of ?', () => {
    const sql = 'SELECT * FROM t WHERE a = ? AND b IN (?) AND c < ?';
    expect(bindParameters(sql, ['x', [1, 2], null])).toBe(
      "SELECT * FROM t WHERE a = 'x' AND b IN (1, 2) AND c < NULL",
    );
    expect(bindParameters('SELECT 1-?', [-1])).toBe('SELECT 1-(-1)');
    expect(bindParameters('SELECT ?,?', ['?', '$&'])).toBe("SELECT '?','$&'");
  });

  it.each([
    `SELECT '?', 'it''s ?'`,
    `SELECT "a?", "a""?"`,
    'SELECT `?`, `a``?`',
    'SELECT 1 -- ?',
    'SELECT /* ? /* ? */ ? */ 1',
    'SELECT /* ?',
    `SELECT 'not closed ?`,
    'SELECT $$ ? $$, $x$ ? $$ ? $x$',
    String.raw`SELECT 'a\\', '\d?', '\\\\', "\'?"`,
  ])('leaves %s alone', (sql) => {
    expect(bindParameters(sql, [])).toBe(sql);
  });

  it.each([
    [`SELECT '?' || ?`, `SELECT '?' || 7`],
    ['SELECT a$b, ?, c$d', 'SELECT a$b, 7, c$d'],
    ['SELECT 1 -- ?\n+ ?', 'SELECT 1 -- ?\n+ 7'],
    ['SELECT 1 /* ? */ + ?', 'SELECT 1 /* ? */ + 7'],
    ['SELECT 4 / 2 * ?', 'SELECT 4 / 2 * 7'],
    ['SELECT "千" + ?', 'SELECT "千" + 7'],
  ])('finds the placeholder of %s', (sql, bound) => {
    expect(bindParameters(sql, [7])).toBe(bound);
  });

  it('counts', () => {
    const count = { code: 'PARAMETER_COUNT', sqlState: '07001' };
    expect(() => bindParameters('SELECT ?', [])).toThrow(expect.objectContaining(count) as Error);
    expect(() => bindParameters(`SELECT '?'`, [1])).toThrow(
      'Placeholders (?) in the statement: 0; parameters given: 1',
    );
  });

  // In Hive a backslash escapes the quote, in standard SQL it does not: what follows is text for one and SQL for the other.
  it.each([
    String.raw`SELECT 'it\'s', ?`,
    String.raw`SELECT '\', ?, '`,
    String.raw`SELECT 'a\'' , ?`,
    String.raw`SELECT "a\"?"`,
    String.raw`SELECT '\\\' ?'`,
    'SELECT 1 -- on \\\n ?',
  ])('refuses %s', (sql) => {
    const parameters: Parameter[] = ['x'];
    expect(() => bindParameters(sql, parameters)).toThrow('Engines differ on where this ends');
  });
});
