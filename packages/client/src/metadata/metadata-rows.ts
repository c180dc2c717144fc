import type { Row } from '../connection/query-result.ts';

/** Name and position in a catalogue; null where an engine knows no such level, or does not say. */
interface Placed {
  readonly catalog: string | null;
  readonly schema: string | null;
}

export interface SchemaInfo {
  readonly catalog: string | null;
  readonly name: string;
}

export interface TableInfo extends Placed {
  readonly name: string;
  /** `TABLE`, `VIEW`, …: one of `tableTypes()`. */
  readonly type: string;
  readonly comment: string | null;
}

export interface TableColumnInfo extends Placed {
  readonly table: string;
  readonly name: string;
  /** The engine's name: `DECIMAL(10,2)`, `array<int>`. */
  readonly type: string;
  /** Number in `java.sql.Types`. */
  readonly jdbcType: number | null;
  /** Characters, or digits. */
  readonly size: number | null;
  readonly scale: number | null;
  /** Null = unknown. */
  readonly nullable: boolean | null;
  readonly comment: string | null;
  readonly defaultValue: string | null;
  /** From 1. */
  readonly position: number | null;
}

export interface FunctionInfo extends Placed {
  readonly name: string;
  readonly comment: string | null;
  readonly returns: 'value' | 'table' | null;
}

export interface TypeInfo {
  readonly name: string;
  /** Number in `java.sql.Types`. */
  readonly jdbcType: number | null;
  readonly precision: number | null;
  readonly minScale: number | null;
  readonly maxScale: number | null;
}

export interface KeyColumnInfo extends Placed {
  readonly table: string;
  readonly column: string;
  /** In the key, from 1. */
  readonly position: number | null;
  readonly keyName: string | null;
}

export interface KeySide extends Placed {
  readonly table: string;
  readonly column: string;
}

export interface ReferenceInfo {
  readonly parent: KeySide;
  readonly foreign: KeySide;
  /** In the key, from 1. */
  readonly position: number | null;
  readonly foreignKeyName: string | null;
  readonly primaryKeyName: string | null;
}

/** One row of an answer, by label: servers differ in the order, the number and the case of the columns. */
export class LabelledRow {
  readonly #indexes: ReadonlyMap<string, number>;
  readonly #row: Row;

  constructor(indexes: ReadonlyMap<string, number>, row: Row) {
    this.#indexes = indexes;
    this.#row = row;
  }

  /** Null when the server has no such column, too. */
  text(label: string): string | null {
    const value = this.#row[this.#indexes.get(label) ?? -1] ?? null;
    return value === null ? null : String(value);
  }

  name(label: string): string {
    return this.text(label) ?? '';
  }

  number(...labels: readonly string[]): number | null {
    const value = labels.map((label) => this.text(label)).find((text) => text !== null) ?? null;
    return value === null ? null : Number(value);
  }
}

export const catalogRow = (row: LabelledRow): string => row.name('TABLE_CAT');

export const tableTypeRow = (row: LabelledRow): string => row.name('TABLE_TYPE');

export function schemaRow(row: LabelledRow): SchemaInfo {
  return { catalog: row.text('TABLE_CATALOG'), name: row.name('TABLE_SCHEM') };
}

export function tableRow(row: LabelledRow): TableInfo {
  return {
    ...placed(row),
    name: row.name('TABLE_NAME'),
    type: row.name('TABLE_TYPE'),
    comment: row.text('REMARKS'),
  };
}

export function columnRow(row: LabelledRow): TableColumnInfo {
  const nullable = row.number('NULLABLE');
  return {
    ...placed(row),
    table: row.name('TABLE_NAME'),
    name: row.name('COLUMN_NAME'),
    type: row.name('TYPE_NAME'),
    jdbcType: row.number('DATA_TYPE'),
    size: row.number('COLUMN_SIZE'),
    scale: row.number('DECIMAL_DIGITS'),
    nullable: nullable === 0 || nullable === 1 ? nullable === 1 : null,
    comment: row.text('REMARKS'),
    defaultValue: row.text('COLUMN_DEF'),
    position: row.number('ORDINAL_POSITION'),
  };
}

export function functionRow(row: LabelledRow): FunctionInfo {
  const kind = row.number('FUNCTION_TYPE');
  return {
    catalog: row.text('FUNCTION_CAT'),
    schema: row.text('FUNCTION_SCHEM'),
    name: row.name('FUNCTION_NAME'),
    comment: row.text('REMARKS'),
    returns: kind === 1 ? 'value' : kind === 2 ? 'table' : null,
  };
}

export function typeRow(row: LabelledRow): TypeInfo {
  return {
    name: row.name('TYPE_NAME'),
    jdbcType: row.number('DATA_TYPE'),
    precision: row.number('PRECISION'),
    minScale: row.number('MINIMUM_SCALE'),
    maxScale: row.number('MAXIMUM_SCALE'),
  };
}

export function keyRow(row: LabelledRow): KeyColumnInfo {
  return {
    ...placed(row),
    table: row.name('TABLE_NAME'),
    column: row.name('COLUMN_NAME'),
    position: keyPosition(row),
    keyName: row.text('PK_NAME'),
  };
}

export function referenceRow(row: LabelledRow): ReferenceInfo {
  return {
    parent: keySide(row, 'PK'),
    foreign: keySide(row, 'FK'),
    position: keyPosition(row),
    foreignKeyName: row.text('FK_NAME'),
    primaryKeyName: row.text('PK_NAME'),
  };
}

function placed(row: LabelledRow): Placed {
  return { catalog: row.text('TABLE_CAT'), schema: row.text('TABLE_SCHEM') };
}

function keySide(row: LabelledRow, side: 'PK' | 'FK'): KeySide {
  return {
    catalog: row.text(`${side}TABLE_CAT`),
    schema: row.text(`${side}TABLE_SCHEM`),
    table: row.name(`${side}TABLE_NAME`),
    column: row.name(`${side}COLUMN_NAME`),
  };
}

/** HiveServer2 misspells the label in its answer of primary keys. */
function keyPosition(row: LabelledRow): number | null {
  return row.number('KEY_SEQ', 'KEQ_SEQ');
}
