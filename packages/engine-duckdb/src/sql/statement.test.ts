import { describe, expect, it } from 'vitest';
import { literal, qualified, splitName } from './quote.ts';
import { normalizeStatement } from './statement.ts';

const failure = (sql: string) => {
  try {
    return normalizeStatement(sql);
  } catch (error) {
    return error;
  }
};

describe('normalizeStatement', () => {
  it.each([
    ['select 1', 'select 1'],
    ['  select 1 ; ; \n', 'select 1'],
    ['-- first\nselect 1 /* in */ + 1; -- last', 'select 1 /* in */ + 1'],
    ['select \';\' as ";"', 'select \';\' as ";"'],
    ['select `a` from `my db`.`t`', 'select "a" from "my db"."t"'],
    ['select `say "x"` , `tick``s`', 'select "say ""x""" , "tick`s"'],
    ['select \'`no`\', "`no`" -- `no`', 'select \'`no`\', "`no`"'],
    ['select * from default.t', 'select * from "default".t'],
    ['select * from DEFAULT.t', 'select * from "default".t'],
    ['create table t (i int default 1.5)', 'create table t (i int default 1.5)'],
    ["insert into t values (default, 'default.x')", "insert into t values (default, 'default.x')"],
  ])('%s', (sql, expected) => {
    expect(normalizeStatement(sql)).toBe(expected);
  });

  it.each([
    [String.raw`select 'it\'s'`, "select 'it''s'"],
    [String.raw`select 'a\\', '\"b\"'`, String.raw`select 'a\', '"b"'`],
    [String.raw`select 'a\nb\tc\rd'`, "select 'a\nb\tc\rd'"],
    [String.raw`select '\d+\_\%', 'it''s'`, String.raw`select '\d+\_\%', 'it''s'`],
    [String.raw`select '\\\' or 1=1 --'`, String.raw`select '\'' or 1=1 --'`],
    [String.raw`select E'\'', x'ff', $$\'$$, "\", 1`, String.raw`select E'\'', x'ff', $$\'$$, "\", 1`],
    [String.raw`select '\';'; `, "select ''';'"],
    [
      String.raw`select s like 'a\_' escape '\' and t = 'x'`,
      String.raw`select s like 'a\_' escape '\' and t = 'x'`,
    ],
    [String.raw`select s like 'a' ESCAPE /* */ '\\'`, String.raw`select s like 'a' ESCAPE /* */ '\'`],
    [String.raw`select s like 'a' escape '\'', 1`, "select s like 'a' escape '''', 1"],
    // Without its end: DuckDB must refuse it, and not find that a quote which was escaped ends it.
    [String.raw`select 'a\'`, "select 'a''"],
    [String.raw`select 'a` + '\\', "select 'a"],
    [String.raw`select '\'`, "select '''"],
  ])('%s, with backslash escapes', (sql, expected) => {
    expect(normalizeStatement(sql, true)).toBe(expected);
  });

  it.each([
    '(1),',
    "('a',1.5,NULL),",
    String.raw`('a\'b'),`,
    '`a`,',
    'a ',
    "''",
    String.raw`'\\',`,
    '- ',
    '"a".',
    '/**/',
    '$$a$$',
  ])('takes time and memory in proportion to many times %s', (unit) => {
    const count = Math.floor(1_500_000 / unit.length);
    for (const hasEscapes of [false, true]) {
      const started = performance.now();
      const sql = normalizeStatement(`select ${unit.repeat(count)}1`, hasEscapes);
      expect(sql.endsWith('1')).toBe(true);
      expect(performance.now() - started).toBeLessThan(5_000);
    }
  });

  it('refuses none and several', () => {
    expect(failure(' ; -- nothing\n')).toMatchObject({ code: 'STATEMENT_FAILED', sqlState: '42601' });
    expect(failure('select 1; drop table t')).toMatchObject({ code: 'STATEMENT_FAILED', sqlState: '0A000' });
    expect(String(failure('select 1; drop table t'))).toContain('drop table t');
    expect(String(failure(`select 1; select '${'x'.repeat(100)}'`))).toContain('…');
  });
});

describe('quoting', () => {
  it('of literals, names and their parts', () => {
    expect(literal("it's")).toBe("'it''s'");
    expect(qualified(['a.b', 'c"d'])).toBe('"a.b"."c""d"');
    expect(splitName('a."b.c"."d""e"')).toEqual(['a', 'b.c', 'd"e']);
    expect(splitName('')).toEqual([]);
  });
});
