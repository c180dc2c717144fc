/** The statements that the client checks need, in an engine's own SQL. A new engine kind is one more row. */
export interface Dialect {
  /** One row: c_boolean, c_tinyint … c_binary, with the values that the checks expect. */
  readonly typedRow: string;
  /** The same columns, all NULL. */
  readonly nullRow: string;
  /** 100,000 rows in order: the number i from 0, and 'row i'. */
  readonly manyRows: string;
  readonly emptyResult: string;
  readonly syntaxError: string;
  readonly unknownTable: string;
  /** Runs for minutes, with next to no memory, and can be cancelled. */
  readonly slow: string;
  /** Four parameters: int, string, null and double. */
  readonly prepared: string;
  /** `{table}` is replaced; columns id (int) and name (string). */
  readonly createTable: string;
  /** `{table}` is replaced; columns k1 and k2 (int), together the primary key. */
  readonly createParent: string;
  /** `{table}` and `{parent}` are replaced; columns f1 and f2 refer to the parent's k1 and k2. */
  readonly createChild: string;
  /** `{view}` is replaced; one row, n = 7. */
  readonly createTempView: string;
  /** One row, one column: the bytes 0 to 255 in order. */
  readonly allBytes: string;
  /** One row: c_array [1,null,3], c_map {"a":1}, c_struct {"n":1,"s":"x"}. */
  readonly nestedRow: string;
  /** One row: d_max and d_min of decimal(38,0), d_small of decimal(38,38), d_zero 0.00 of decimal(5,2). */
  readonly decimalLimits: string;
  /** One row: doubles nan, inf and -inf, and the least and greatest finite ones. */
  readonly doubleLimits: string;
  /** One text column of a million characters. */
  readonly longText: string;
}

interface TypeNames {
  readonly string: string;
  readonly binary: string;
}

const typedRow = (types: TypeNames, binary: string): string =>
  [
    'SELECT CAST(true AS boolean) AS c_boolean',
    'CAST(-128 AS tinyint) AS c_tinyint',
    'CAST(32767 AS smallint) AS c_smallint',
    'CAST(-2147483648 AS int) AS c_int',
    'CAST(9223372036854775807 AS bigint) AS c_bigint',
    'CAST(1.5 AS float) AS c_float',
    'CAST(-2.5e100 AS double) AS c_double',
    'CAST(-12345678.90 AS decimal(10,2)) AS c_decimal',
    `CAST('senbon' AS ${types.string}) AS c_string`,
    "CAST('1969-12-31' AS date) AS c_date",
    "CAST('2024-02-29 12:34:56.789123' AS timestamp) AS c_timestamp",
    `${binary} AS c_binary`,
  ].join(', ');

const nullRow = (types: TypeNames): string => {
  const names = ['boolean', 'tinyint', 'smallint', 'int', 'bigint', 'float', 'double', 'decimal(10,2)'];
  const columns = [...names, types.string, 'date', 'timestamp', types.binary].map((type) => {
    const label =
      type === types.string ? 'string' : type === types.binary ? 'binary' : type.replace(/\W.*/, '');
    return `CAST(NULL AS ${type}) AS c_${label}`;
  });
  return `SELECT ${columns.join(', ')}`;
};

/** The bytes 0 to 255 in hexadecimal digits. */
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('hex');

const common = {
  emptyResult: 'SELECT 1 AS n WHERE 1 = 0',
  syntaxError: 'SELEKT 1',
  unknownTable: 'SELECT * FROM no_such_table_at_all',
  decimalLimits: [
    `SELECT CAST('${'9'.repeat(38)}' AS decimal(38,0)) AS d_max`,
    `CAST('-${'9'.repeat(38)}' AS decimal(38,0)) AS d_min`,
    `CAST('0.${'0'.repeat(37)}1' AS decimal(38,38)) AS d_small`,
    "CAST('0' AS decimal(5,2)) AS d_zero",
  ].join(', '),
  doubleLimits: [
    "SELECT CAST('NaN' AS double) AS nan",
    "CAST('Infinity' AS double) AS inf",
    "CAST('-Infinity' AS double) AS minus_inf",
    'CAST(4.9e-324 AS double) AS least',
    'CAST(1.7976931348623157e308 AS double) AS greatest',
  ].join(', '),
  longText: "SELECT repeat('x', 1000000) AS s",
  createTempView: 'CREATE TEMPORARY VIEW {view} AS SELECT 7 AS n',
};

const duckdbTypes: TypeNames = { string: 'varchar', binary: 'blob' };
const sparkTypes: TypeNames = { string: 'string', binary: 'binary' };

export const dialects = {
  duckdb: {
    ...common,
    typedRow: typedRow(duckdbTypes, "from_hex('00ff41')"),
    nullRow: nullRow(duckdbTypes),
    manyRows: "SELECT i, 'row ' || i FROM range(100000) t(i)",
    slow: 'SELECT count(*) FROM range(100000000) a(i), range(100000) b(j) WHERE (i * j) % 7 = 3',
    prepared: 'SELECT CAST(? AS int) AS n, ? AS s, CAST(? AS int) AS missing, CAST(? AS double) AS d',
    createTable: 'CREATE TABLE {table} (id int, name varchar)',
    createParent: 'CREATE TABLE {table} (k1 int, k2 int, PRIMARY KEY (k1, k2))',
    createChild: 'CREATE TABLE {table} (f1 int, f2 int, FOREIGN KEY (f1, f2) REFERENCES {parent} (k1, k2))',
    allBytes: `SELECT from_hex('${everyByte}') AS b`,
    nestedRow: "SELECT [1, NULL, 3] AS c_array, MAP {'a': 1} AS c_map, {'n': 1, 's': 'x'} AS c_struct",
  },
  spark: {
    ...common,
    typedRow: typedRow(sparkTypes, "X'00ff41'"),
    nullRow: nullRow(sparkTypes),
    manyRows: "SELECT id, concat('row ', id) FROM range(100000)",
    slow: 'SELECT count(*) FROM range(100000000) a, range(100000) b WHERE (a.id * b.id) % 7 = 3',
    prepared: 'SELECT CAST(? AS int) AS n, ? AS s, CAST(? AS int) AS missing, CAST(? AS double) AS d',
    createTable: 'CREATE TABLE {table} (id int, name string) USING parquet',
    // Spark knows no keys.
    createParent: 'CREATE TABLE {table} (k1 int, k2 int) USING parquet',
    createChild: 'CREATE TABLE {table} (f1 int, f2 int) USING parquet',
    allBytes: `SELECT X'${everyByte}' AS b`,
    nestedRow:
      "SELECT array(1, NULL, 3) AS c_array, map('a', 1) AS c_map, named_struct('n', 1, 's', 'x') AS c_struct",
  },
} as const satisfies Record<string, Dialect>;

export type DialectName = keyof typeof dialects;
