import assert from 'node:assert/strict';
import { connected, ownName, withTable } from '../support/node-checks.mjs';

const TABLE = ownName('people');
const at = { schema: 'default', table: TABLE };
const nameOf = ({ name }) => name;

async function catalogs({ metadata }) {
  const found = await metadata.catalogs();
  assert.ok(found.every((name) => typeof name === 'string'));
}

async function schemas({ metadata }) {
  const found = await metadata.schemas();
  assert.ok(found.map(nameOf).includes('default'));
}

async function tableTypes({ metadata }) {
  const found = await metadata.tableTypes();
  assert.ok(found.includes('TABLE') && found.includes('VIEW'), String(found));
}

async function typeInfo({ metadata }) {
  const found = await metadata.typeInfo();
  for (const type of ['BOOLEAN', 'INT', 'BIGINT', 'DOUBLE', 'STRING', 'DATE', 'TIMESTAMP', 'DECIMAL'])
    assert.ok(found.map(nameOf).includes(type), `${type} is missing`);
  assert.equal(found.find(({ name }) => name === 'DECIMAL').precision, 38);
}

async function functions({ metadata }) {
  const found = await metadata.functions({ function: 'abs' });
  assert.ok(found.map(nameOf).includes('abs'));
}

async function tables({ metadata }) {
  const [found, ...more] = await metadata.tables(at);
  assert.deepEqual([found.schema, found.name, found.type, more.length], ['default', TABLE, 'TABLE', 0]);
  assert.deepEqual((await metadata.tables({ ...at, types: ['TABLE'] })).map(nameOf), [TABLE]);
  assert.deepEqual(await metadata.tables({ ...at, types: ['VIEW'] }), []);
}

async function columns({ metadata }) {
  const found = await metadata.columns(at);
  assert.deepEqual(
    found.map(({ table, name, position, type, nullable }) => [table, name, position, type, nullable]),
    [
      [TABLE, 'id', 1, 'INT', true],
      [TABLE, 'name', 2, 'STRING', true],
    ],
  );
}

async function metadataPatterns({ metadata }) {
  const like = async (table, schema = 'def%') => (await metadata.tables({ schema, table })).map(nameOf);
  assert.deepEqual(await like(TABLE.replaceAll('_', '\\_')), [TABLE]);
  assert.deepEqual(await like(TABLE.replace('people', 'peo_le')), [TABLE]);
  assert.deepEqual(await like(TABLE.replace('people', 'p%'), 'de_ault'), [TABLE]);
  assert.deepEqual(await like(TABLE.replace('people', 'peo\\_le')), []);
  assert.deepEqual((await metadata.schemas({ schema: 'd_fault' })).map(nameOf), ['default']);
  assert.deepEqual((await metadata.columns({ ...at, column: 'n%' })).map(nameOf), ['name']);
  assert.ok((await metadata.functions({ function: 'ab_' })).map(nameOf).includes('abs'));
}

async function metadataEmpty({ metadata }) {
  const missing = { schema: 'default', table: 'no_such_table' };
  assert.deepEqual(await metadata.tables(missing), []);
  assert.deepEqual(await metadata.tables({ types: ['NO SUCH TYPE'] }), []);
  assert.deepEqual(await metadata.columns(missing), []);
  assert.deepEqual(await metadata.schemas({ schema: 'no_such_schema' }), []);
  assert.deepEqual(await metadata.functions({ function: 'no_such_function' }), []);
  assert.deepEqual(await metadata.primaryKeys(missing), []);
}

const [PARENT, CHILD] = [ownName('parent'), ownName('child')];

/** Two tables with a key of two columns. */
const withKeys = (check) =>
  connected(async (connection, { sql }) => {
    await connection.run(sql.createParent.replace('{table}', PARENT));
    await connection.run(sql.createChild.replace('{table}', CHILD).replace('{parent}', PARENT));
    try {
      await check(connection);
    } finally {
      await connection.run(`DROP TABLE ${CHILD}`);
      await connection.run(`DROP TABLE ${PARENT}`);
    }
  });

async function primaryKeys({ metadata }) {
  const found = await metadata.primaryKeys({ schema: 'default', table: PARENT });
  assert.deepEqual(
    found.map(({ table, column, position }) => [table, column, position]),
    [
      [PARENT, 'k1', 1],
      [PARENT, 'k2', 2],
    ],
  );
}

async function crossReference({ metadata }) {
  const parent = { schema: 'default', table: PARENT };
  const foreign = { schema: 'default', table: CHILD };
  for (const sides of [{ parent, foreign }, { parent }, { foreign }]) {
    const found = await metadata.crossReference(sides);
    assert.deepEqual(
      found.map((key) => [
        key.parent.table,
        key.parent.column,
        key.foreign.table,
        key.foreign.column,
        key.position,
      ]),
      [
        [PARENT, 'k1', CHILD, 'f1', 1],
        [PARENT, 'k2', CHILD, 'f2', 2],
      ],
    );
  }
}

export const metadataChecks = {
  catalogs: connected(catalogs),
  schemas: connected(schemas),
  'table-types': connected(tableTypes),
  'type-info': connected(typeInfo),
  functions: connected(functions),
  tables: withTable(TABLE, tables),
  columns: withTable(TABLE, columns),
  'metadata-patterns': withTable(TABLE, metadataPatterns),
  'metadata-empty': connected(metadataEmpty),
  'primary-keys': withKeys(primaryKeys),
  'cross-reference': withKeys(crossReference),
};
