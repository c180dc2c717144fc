import { hiveType } from './hive-type.ts';
import type { SparkType } from './spark-type.ts';

/** A type as Spark writes it in SQL: `ARRAY<INT>`, `STRUCT<a: INT>`, `DECIMAL(10,2)`. */
export function typeSql(type: SparkType): string {
  switch (type.kind) {
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'char':
    case 'varchar':
      return `${type.kind.toUpperCase()}(${type.length})`;
    case 'array':
      return `ARRAY<${typeSql(type.element)}>`;
    case 'map':
      return `MAP<${typeSql(type.key)}, ${typeSql(type.value)}>`;
    case 'struct':
      return `STRUCT<${type.fields.map((field) => `${field.name}: ${typeSql(field.type)}`).join(', ')}>`;
    case 'null':
      return 'VOID';
    case 'timestampNtz':
      return 'TIMESTAMP_NTZ';
    case 'calendarInterval':
      return 'INTERVAL';
    case 'yearMonthInterval':
      return 'INTERVAL YEAR TO MONTH';
    case 'dayTimeInterval':
      return 'INTERVAL DAY TO SECOND';
    case 'variant':
      return 'VARIANT';
    case 'unknown':
      return type.text.toUpperCase();
    default:
      return hiveType(type).name;
  }
}
