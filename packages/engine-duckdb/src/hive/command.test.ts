import { describe, expect, it } from 'vitest';
import { normalizeStatement } from '../sql/statement.ts';
import { parseHiveCommand, rewriteHiveSpelling } from './command.ts';

const parse = (sql: string) => parseHiveCommand(normalizeStatement(sql));

describe('parseHiveCommand', () => {
  it.each([
    ['SET', { kind: 'setList', withEngine: false }],
    ['set -v;', { kind: 'setList', withEngine: true }],
    ['set hiveconf:a.b', { kind: 'setShow', key: 'a.b' }],
    ['SET threads', { kind: 'setShow', key: 'threads' }],
    ['SET threads = 4', { kind: 'setAssign', key: 'threads', value: '4', isGlobal: false }],
    ['set hive.exec.x=a=b c', { kind: 'setAssign', key: 'hive.exec.x', value: 'a=b c', isGlobal: false }],
    ['set hivevar:v=', { kind: 'setAssign', key: 'v', value: '', isGlobal: false }],
    ['SET GLOBAL threads TO 4', { kind: 'setAssign', key: 'threads', value: '4', isGlobal: true }],
    ['PRAGMA /* x */ threads=4', { kind: 'setAssign', key: 'threads', value: '4', isGlobal: false }],
    ["SET TIME ZONE 'UTC'", { kind: 'setAssign', key: 'TimeZone', value: "'UTC'", isGlobal: false }],
    ['RESET GLOBAL threads', { kind: 'reset', key: 'threads', isGlobal: true }],
    ['RESET', { kind: 'reset', key: null, isGlobal: false }],
    ['reset threads', { kind: 'reset', key: 'threads', isGlobal: false }],
    ['USE `default`', { kind: 'use', name: ['default'] }],
    ['use default', { kind: 'use', name: ['default'] }],
    ['USE cat."my db"', { kind: 'use', name: ['cat', 'my db'] }],
    ['select current_database()', { kind: 'currentDatabase' }],
    ['SELECT current_database ( ) AS db', { kind: 'currentDatabase' }],
    ['show databases', { kind: 'showDatabases', pattern: null }],
    ["SHOW SCHEMAS LIKE 'a*'", { kind: 'showDatabases', pattern: 'a*' }],
    ['SHOW TABLES', { kind: 'showTables', database: null, pattern: null, onlyViews: false }],
    ['show tables in `a b`', { kind: 'showTables', database: ['a b'], pattern: null, onlyViews: false }],
    [
      "SHOW VIEWS FROM a.b 'v*'",
      { kind: 'showTables', database: ['a', 'b'], pattern: 'v*', onlyViews: true },
    ],
    ['SHOW COLUMNS IN t IN db', { kind: 'showColumns', table: ['db', 't'] }],
    ['show create table db.t', { kind: 'showCreateTable', table: ['db', 't'] }],
    ["SHOW FUNCTIONS LIKE 'it''s'", { kind: 'showFunctions', pattern: "it's" }],
    ['DESCRIBE t', { kind: 'describe', table: ['t'] }],
    ['desc formatted `d`.`t`', { kind: 'describe', table: ['d', 't'] }],
    ['DESCRIBE EXTENDED d.t', { kind: 'describe', table: ['d', 't'] }],
  ])('%s', (sql, expected) => {
    expect(parse(sql)).toEqual(expected);
  });

  it.each([
    'SET VARIABLE x = 1',
    'DESCRIBE SELECT 1',
    'DESCRIBE',
    'SHOW ALL TABLES',
    'SHOW t',
    'SELECT current_database(), 1',
    'SELECT current_schema()',
    'USE',
    'RESET ALL TABLES',
  ])("%s is DuckDB's", (sql) => {
    expect(parse(sql)).toBeNull();
  });

  it('leaves to DuckDB what is too long for a command, but for the value of a SET', () => {
    const long = 'x'.repeat(20_000_000);
    expect(parseHiveCommand(`SHOW TABLES LIKE '${long}'`)).toBeNull();
    expect(parseHiveCommand(`USE "${long}"`)).toBeNull();
    expect(parseHiveCommand(`SET k='${long}'`)).toMatchObject({ kind: 'setAssign', key: 'k' });
    expect(parseHiveCommand(`SET ${long}`)).toMatchObject({ kind: 'setShow' });
  });

  it('says SCHEMA where Hive says DATABASE', () => {
    expect(rewriteHiveSpelling('create database if not exists x')).toBe('create SCHEMA if not exists x');
    expect(rewriteHiveSpelling('DROP  DATABASE x CASCADE')).toBe('DROP  SCHEMA x CASCADE');
    expect(rewriteHiveSpelling("select 'create database x'")).toBe("select 'create database x'");
  });

  it('leaves the TABLE of INSERT INTO TABLE out', () => {
    expect(rewriteHiveSpelling('insert INTO  table "t" values (1)')).toBe('insert INTO  "t" values (1)');
    expect(rewriteHiveSpelling('insert into tables values (1)')).toBe('insert into tables values (1)');
  });
});
