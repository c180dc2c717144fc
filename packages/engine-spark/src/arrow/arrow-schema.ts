import type { FlatTable } from './flat-table.ts';

/** `org.apache.arrow.flatbuf.Type`, the members that Spark writes. */
const TYPE = {
  null: 1,
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  timestamp: 10,
  interval: 11,
  list: 12,
  struct: 13,
  map: 17,
  duration: 18,
  largeBinary: 19,
  largeUtf8: 20,
  largeList: 21,
} as const;

/** How values lie in the buffers of a column. */
export type ArrowLayout =
  | { readonly kind: 'null' }
  /** One value after the other: of which width, the type of Spark's schema says. */
  | { readonly kind: 'values' }
  | { readonly kind: 'timestamp'; readonly zone: string | null }
  | { readonly kind: 'text' | 'binary'; readonly isLarge: boolean }
  | { readonly kind: 'list'; readonly isLarge: boolean }
  | { readonly kind: 'struct' }
  | { readonly kind: 'map' };

export interface ArrowField {
  readonly name: string;
  readonly layout: ArrowLayout;
  readonly children: readonly ArrowField[];
}

const INTERVAL_MONTHS = 0;
const INTERVAL_MONTH_DAY_NANO = 2;

/** Schema.fields. Throws TypeError for a type that Spark does not write. */
export function readArrowSchema(schema: FlatTable): readonly ArrowField[] {
  return schema.tables(1).map(readField);
}

function readField(field: FlatTable): ArrowField {
  return {
    name: field.text(0) ?? '',
    layout: readLayout(field.int8(2), field.table(3)),
    children: field.tables(5).map(readField),
  };
}

function readLayout(type: number, table: FlatTable | null): ArrowLayout {
  switch (type) {
    case TYPE.null:
      return { kind: 'null' };
    case TYPE.interval:
      checkInterval(table?.int16(0) ?? INTERVAL_MONTHS);
      return { kind: 'values' };
    case TYPE.bool:
    case TYPE.int:
    case TYPE.float:
    case TYPE.decimal:
    case TYPE.date:
    case TYPE.duration:
      return { kind: 'values' };
    case TYPE.timestamp:
      return { kind: 'timestamp', zone: table?.text(1) ?? null };
    case TYPE.utf8:
    case TYPE.largeUtf8:
      return { kind: 'text', isLarge: type === TYPE.largeUtf8 };
    case TYPE.binary:
    case TYPE.largeBinary:
      return { kind: 'binary', isLarge: type === TYPE.largeBinary };
    case TYPE.list:
    case TYPE.largeList:
      return { kind: 'list', isLarge: type === TYPE.largeList };
    case TYPE.struct:
      return { kind: 'struct' };
    case TYPE.map:
      return { kind: 'map' };
    default:
      throw new TypeError(`an Arrow column of type ${type}, which no Spark is known to send`);
  }
}

function checkInterval(unit: number): void {
  if (unit === INTERVAL_MONTHS || unit === INTERVAL_MONTH_DAY_NANO) return;
  throw new TypeError(`an Arrow interval of unit ${unit}, which no Spark is known to send`);
}
