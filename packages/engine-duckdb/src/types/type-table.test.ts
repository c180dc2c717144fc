import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Executor, ExecutorSession, HiveType } from '@senbon/engine-host';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Cell,
  cellAt,
  drain,
  openExecutor,
  run,
  sessionSpec,
  statementContext,
} from '../testing/harness.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/duckdb.md'), 'utf8');
const rows = [...page.matchAll(/^\| `(.+)` \| (\S+) \| `(.*)` \|$/gm)].map(
  ([, value = '', type = '', text = '']) => ({ value, type, text }),
);
let executor: Executor;
let session: ExecutorSession;

beforeAll(async () => {
  executor = await openExecutor();
  session = await executor.openSession(sessionSpec());
  await run(session, "SET TimeZone = 'Europe/Berlin'");
});
afterAll(() => executor.close());

/** As DDL writes it, as far as the result's metadata tells. */
function resultType({ name, precision, scale }: HiveType): string {
  return name === 'DECIMAL' ? `decimal(${precision},${scale})` : name.toLowerCase();
}

describe('the table of types in docs/duckdb.md', () => {
  it('is there', () => expect(rows.length).toBeGreaterThan(55));

  it.each(rows)('$value', async ({ value, type, text }) => {
    const result = await session.execute(`SELECT ${value} AS x`, statementContext());
    if (result.rows === null) throw new Error('no rows');
    const [column] = result.rows.schema;
    const batch = await result.rows.cursor.next(1);
    await result.rows.cursor.close();
    const vector = batch?.columns[0];
    if (column === undefined || vector === undefined) throw new Error('no column');
    const plain = type.replace(/<.*/, '');
    expect(resultType(column.type)).toBe(plain);
    expect(shown(vector.kind, cellAt(vector, 0))).toBe(text);

    await run(session, `CREATE OR REPLACE VIEW v AS SELECT ${value} AS x`);
    expect(await run(session, 'DESCRIBE v')).toEqual([['x', type, '']]);
    const pattern = { catalog: null, schemaPattern: null, tablePattern: 'v', columnPattern: null };
    const described = await drain(
      await session.metadata({ kind: 'columns', ...pattern }, statementContext()),
    );
    expect(String(described[0]?.[5]).toLowerCase()).toBe(plain);
  });
});

function shown(kind: string, cell: Cell): string {
  if (cell === null) return 'NULL';
  if (kind === 'bool') return cell === true ? '1' : '0';
  return kind === 'binary' ? `0x${String(cell)}` : Object.is(cell, -0) ? '-0' : String(cell);
}
