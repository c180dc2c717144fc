import { describe, expect, it } from 'vitest';
import { columnRow, functionRow, keyRow, LabelledRow, schemaRow } from './metadata-rows.ts';

const rowOf = (values: Readonly<Record<string, string | number | null>>): LabelledRow =>
  new LabelledRow(new Map(Object.keys(values).map((label, index) => [label, index])), Object.values(values));

describe('rows of metadata calls', () => {
  it('have null for what the server does not send', () => {
    expect(schemaRow(rowOf({ TABLE_SCHEM: 'sales' }))).toEqual({ catalog: null, name: 'sales' });
    expect(columnRow(rowOf({ COLUMN_NAME: 'id', NULLABLE: 2 }))).toEqual({
      catalog: null,
      schema: null,
      table: '',
      name: 'id',
      type: '',
      jdbcType: null,
      size: null,
      scale: null,
      nullable: null,
      comment: null,
      defaultValue: null,
      position: null,
    });
  });

  it.each([
    [0, false],
    [1, true],
  ])('NULLABLE %s', (number, nullable) => {
    expect(columnRow(rowOf({ NULLABLE: number })).nullable).toBe(nullable);
  });

  it.each([
    [0, null],
    [1, 'value'],
    [2, 'table'],
  ])('FUNCTION_TYPE %s', (number, returns) => {
    expect(functionRow(rowOf({ FUNCTION_NAME: 'f', FUNCTION_TYPE: number })).returns).toBe(returns);
  });

  it.each(['KEY_SEQ', 'KEQ_SEQ'])('know the position of a key’s column as %s', (label) => {
    expect(keyRow(rowOf({ COLUMN_NAME: 'id', [label]: 2 }))).toMatchObject({ column: 'id', position: 2 });
  });
});
