import type { ColumnInfo, Value } from '@senbon/client';
import { columnOf, TTypeId } from '@senbon/hive-thrift';
import { describe, expect, it } from 'vitest';
import { createFormat, type FormatOptions, type OutputFormat } from './result-format.ts';
import { TableFormat } from './table-format.ts';

const options = {
  showHeader: true,
  incremental: false,
  nullText: 'NULL',
  separator: '|',
  maxColumnWidth: null,
} as const;

function column(name: string, typeId: TTypeId): ColumnInfo {
  const desc = { columnName: name, position: 1, typeDesc: { types: [{ primitiveEntry: { type: typeId } }] } };
  return { name, type: '', typeId, comment: null, desc };
}

const columns = [column('id', TTypeId.BIGINT), column('name', TTypeId.STRING), column('x', TTypeId.DOUBLE)];
const rows: readonly (readonly [bigint | null, string | null, number | null])[] = [
  [1n, 'ann', 1],
  [9007199254740993n, null, 0.1],
  [null, '千本', null],
];

function batchOf(some: readonly (readonly [bigint | null, string | null, number | null])[]) {
  const cells = [
    columnOf(
      'i64',
      some.map(([id]) => id),
    ),
    columnOf(
      'string',
      some.map(([, name]) => name),
    ),
    columnOf(
      'double',
      some.map(([, , x]) => x),
    ),
  ];
  return { rowCount: some.length, columns: cells };
}

function print(format: OutputFormat, more: Partial<FormatOptions> = {}): string {
  const writer = createFormat({ ...options, format, ...more });
  const parts = [writer.begin(columns), ...rows.map((row) => writer.batch(batchOf([row]))), ...writer.end()];
  return parts.join('');
}

/** One cell in one format. */
function cell(
  format: OutputFormat,
  typeId: TTypeId,
  value: Value,
  more: Partial<FormatOptions> = {},
): string {
  const kind =
    typeof value === 'number'
      ? 'double'
      : typeof value === 'boolean'
        ? 'bool'
        : value instanceof Uint8Array
          ? 'binary'
          : 'string';
  const writer = createFormat({ ...options, format, showHeader: false, ...more });
  writer.begin([column('c', typeId)]);
  return writer.batch({ rowCount: 1, columns: [columnOf(kind, [value] as never[])] });
}

describe('table', () => {
  it('is as wide as its widest cells, on the screen', () => {
    expect(print('table')).toBe(
      [
        '+------------------+------+------+',
        '| id               | name | x    |',
        '+------------------+------+------+',
        '| 1                | ann  | 1.0  |',
        '| 9007199254740993 | NULL | 0.1  |',
        '| NULL             | 千本 | NULL |',
        '+------------------+------+------+\n',
      ].join('\n'),
    );
  });

  it('can do without names', () => {
    expect(print('table', { showHeader: false }).split('\n').slice(0, 2)).toEqual([
      '+------------------+------+------+',
      '| 1                | ann  | 1.0  |',
    ]);
  });

  it('grows while rows come, with incremental', () => {
    expect(print('table', { incremental: true })).toBe(
      [
        '+----+------+-----+',
        '| id | name | x   |',
        '+----+------+-----+',
        '| 1  | ann  | 1.0 |',
        '+------------------+------+-----+',
        '| 9007199254740993 | NULL | 0.1 |',
        '+------------------+------+------+',
        '| NULL             | 千本 | NULL |',
        '+------------------+------+------+\n',
      ].join('\n'),
    );
  });

  it('cuts what is too wide only when told to, at whole characters', () => {
    expect(cell('table', TTypeId.STRING, '千本鳥居', { incremental: true, maxColumnWidth: 5 })).toContain(
      '| 千本 |',
    );
    expect(cell('table', TTypeId.STRING, 'abcdef', { incremental: true, maxColumnWidth: 5 })).toContain(
      '| abcde |',
    );
    expect(cell('csv2', TTypeId.STRING, 'abcdef', { maxColumnWidth: 5 })).toContain('abcdef');
  });

  it('has a head without rows', () => {
    const table = createFormat({ ...options, format: 'table' });
    expect([table.begin([column('a', TTypeId.INT)]), ...table.end()].join('')).toBe(
      '+---+\n| a |\n+---+\n+---+\n',
    );
  });

  it('keeps no more rows than its bound', () => {
    const table = new TableFormat({ ...options, maxBufferedChars: 10 });
    table.begin(columns);
    expect(table.batch(batchOf(rows.slice(0, 1)))).toBe('');
    expect(table.batch(batchOf(rows.slice(1, 2)))).toContain('9007199254740993');
  });

  it('keeps the terminal in peace', () => {
    const text = cell('vertical', TTypeId.STRING, 'a\rb\t\u001b[31m\u0085');
    expect(text).toBe('c  a\\rb\\t\\x1b[31m\\x85\n\n');
  });

  it('has as many lines as a cell, as of a plan', () => {
    const writer = createFormat({ ...options, format: 'table', maxColumnWidth: 5 });
    const plan: (typeof rows)[number] = [1n, 'long line\r\n千\n', 1];
    const text =
      writer.begin(columns) + writer.batch(batchOf([plan, [2n, 'b', 2]])) + [...writer.end()].join('');
    expect(text).toBe(
      [
        '+----+-------+-----+',
        '| id | name  | x   |',
        '+----+-------+-----+',
        '| 1  | long  | 1.0 |',
        '|    | 千    |     |',
        '|    |       |     |',
        '| 2  | b     | 2.0 |',
        '+----+-------+-----+\n',
      ].join('\n'),
    );
    expect(cell('vertical', TTypeId.STRING, 'a\nb')).toBe('c  a\nb\n\n');
  });
});

describe('csv2, tsv2, dsv', () => {
  it('prints names and rows', () => {
    expect(print('csv2')).toBe('id,name,x\n1,ann,1.0\n9007199254740993,NULL,0.1\nNULL,千本,NULL\n');
    expect(print('tsv2', { showHeader: false, nullText: '' })).toBe(
      '1\tann\t1.0\n9007199254740993\t\t0.1\n\t千本\t\n',
    );
    expect(print('dsv')).toContain('id|name|x\n1|ann|1.0\n');
  });

  it.each([
    ['csv2', 'a,b', '"a,b"'],
    ['csv2', 'a"b', '"a""b"'],
    ['csv2', 'a\nb', '"a\nb"'],
    ['csv2', 'a\rb', '"a\rb"'],
    ['csv2', 'a\tb|c d', 'a\tb|c d'],
    ['csv2', 'NULL', '"NULL"'],
    ['csv2', '', ''],
    ['tsv2', 'a\tb', '"a\tb"'],
    ['tsv2', 'a,b', 'a,b'],
    ['dsv', 'a|b', '"a|b"'],
  ] as const)('%s quotes where it must: %j', (format, text, expected) => {
    expect(cell(format, TTypeId.STRING, text)).toBe(`${expected}\n`);
  });

  it('tells an empty text from nothing', () => {
    expect(cell('csv2', TTypeId.STRING, '', { nullText: '' })).toBe('""\n');
    expect(cell('csv2', TTypeId.STRING, null, { nullText: '' })).toBe('\n');
  });

  it.each(['^', '\\', ']', '-', '.'])('takes %s as separator', (separator) => {
    expect(cell('dsv', TTypeId.STRING, `a${separator}b`, { separator })).toBe(`"a${separator}b"\n`);
    expect(cell('dsv', TTypeId.STRING, 'axb', { separator })).toBe('axb\n');
  });
});

describe('json, jsonfile', () => {
  it('is one document, or one object a line', () => {
    const document = print('json');
    expect(document).toBe(
      '{"resultset":[\n{"id":1,"name":"ann","x":1.0},\n{"id":9007199254740993,"name":null,"x":0.1},\n{"id":null,"name":"千本","x":null}\n]}\n',
    );
    expect(() => JSON.parse(document) as unknown).not.toThrow();
    expect(print('jsonfile').split('\n')[0]).toBe('{"id":1,"name":"ann","x":1.0}');
  });

  it('is a document without rows, too', () => {
    const json = createFormat({ ...options, format: 'json' });
    expect([json.begin(columns), ...json.end()].join('')).toBe('{"resultset":[]}\n');
  });

  it.each<[TTypeId, Value, string]>([
    [TTypeId.DECIMAL, '12.30', '12.30'],
    [TTypeId.DECIMAL, 'oops', '"oops"'],
    [TTypeId.STRING, '12.30', '"12.30"'],
    [TTypeId.STRING, 'a"b\n', String.raw`"a\"b\n"`],
    [TTypeId.DOUBLE, Number.NaN, '"NaN"'],
    [TTypeId.DOUBLE, Number.NEGATIVE_INFINITY, '"-Infinity"'],
    [TTypeId.DOUBLE, 1e21, '1e+21'],
    [TTypeId.BOOLEAN, true, 'true'],
    [TTypeId.BINARY, Buffer.from([0x41, 0xff]), '"Qf8="'],
    [TTypeId.DATE, '2026-01-02', '"2026-01-02"'],
  ])('type %i: %s', (typeId, value, expected) => {
    expect(cell('jsonfile', typeId, value)).toBe(`{"c":${expected}}\n`);
  });
});

describe('cells as text', () => {
  it.each<[TTypeId, Value, string]>([
    [TTypeId.DOUBLE, 1, '1.0'],
    [TTypeId.DOUBLE, -0, '-0.0'],
    [TTypeId.DOUBLE, 1.25, '1.25'],
    [TTypeId.DOUBLE, Number.NaN, 'NaN'],
    [TTypeId.FLOAT, Math.fround(0.1), '0.1'],
    [TTypeId.FLOAT, Math.fround(16_777_216), '16777216.0'],
    [TTypeId.FLOAT, Math.fround(1.2345678), '1.2345678'],
    [TTypeId.FLOAT, 0.1, '0.1'],
    [TTypeId.FLOAT, Number.POSITIVE_INFINITY, 'Infinity'],
    [TTypeId.BOOLEAN, false, 'false'],
    [TTypeId.BINARY, Buffer.from([0, 0xff]), '0x00ff'],
    [TTypeId.DECIMAL, '12.30', '12.30'],
  ])('type %i: %s', (typeId, value, expected) => {
    expect(cell('tsv2', typeId, value)).toBe(`${expected}\n`);
  });
});
