import { putScaled, shortestDouble, type TextSink } from '@senbon/engine-host';
import type { ArrowColumn } from '../arrow/arrow-column.ts';
import { javaDouble } from './java-number.ts';
import type { SparkType } from './spark-type.ts';
import { calendarIntervalText, dayTimeText, putDay, putMicros, yearMonthText } from './temporal-text.ts';
import { wallClock } from './wall-clock.ts';

/** Writes the value of a row, which is not NULL, to the sink. */
export type PutText = (row: number, sink: TextSink) => void;

const noOffset = () => 0;
const MONTH_DAY_NANO_BYTES = 16;

/**
 * How values of `column` become text, as Spark's own Thrift server writes them. `isNested`: inside an array, map or
 * struct, where texts are quoted (and, as there, nothing in them is escaped).
 */
export function putText(type: SparkType, column: ArrowColumn, isNested: boolean): PutText {
  switch (type.kind) {
    case 'array':
      return putArray(type.element, column);
    case 'map':
      return putMap(type.key, type.value, column);
    case 'struct': {
      const members = type.fields.map((member, i) => ({
        label: `${i === 0 ? '' : ','}"${member.name}":`,
        put: putOrNull(member.type, childOf(column, i)),
      }));
      return (row, sink) => {
        sink.put('{');
        for (const { label, put } of members) {
          sink.put(label);
          put(row, sink);
        }
        sink.put('}');
      };
    }
    case 'string':
    case 'char':
    case 'varchar':
    case 'unknown':
      return isNested ? quoted(putBytes(column)) : putBytes(column);
    case 'binary':
      return putBytes(column);
    case 'date':
    case 'timestamp':
    case 'timestampNtz':
    case 'yearMonthInterval':
    case 'dayTimeInterval':
    case 'calendarInterval':
      return putTemporal(type.kind, column);
    default:
      return putNumber(type, column);
  }
}

function putNumber(type: SparkType, column: ArrowColumn): PutText {
  switch (type.kind) {
    case 'null':
      return (_row, sink) => sink.put('null');
    case 'boolean':
      return (row, sink) => sink.put(column.bit(row) ? 'true' : 'false');
    case 'byte':
      return putValues(column.values(Int8Array), String);
    case 'short':
      return putValues(column.values(Int16Array), String);
    case 'integer':
      return putValues(column.values(Int32Array), String);
    case 'long':
      return putValues(column.values(BigInt64Array), String);
    case 'float':
      return putValues(column.values(Float32Array), (value) => javaDouble(shortestDouble(value)));
    case 'double':
      return putValues(column.values(Float64Array), javaDouble);
    case 'decimal':
      return putDecimal(type.scale, column);
    default:
      throw new TypeError(
        `values of type ${type.kind} cannot be shown; turn them into text in the statement, as with to_json(…)`,
      );
  }
}

/** Two words a row, the low one first. */
function putDecimal(scale: number, column: ArrowColumn): PutText {
  const words = column.words();
  return (row, sink) => {
    const high = words[row * 2 + 1] as bigint;
    putScaled(sink, (high << 64n) | BigInt.asUintN(64, words[row * 2] as bigint), scale);
  };
}

function putTemporal(kind: SparkType['kind'], column: ArrowColumn): PutText {
  switch (kind) {
    case 'date': {
      const days = column.values(Int32Array);
      return (row, sink) => putDay(sink, days[row] as number);
    }
    case 'timestamp': {
      const { layout } = column.field;
      const clock = wallClock(layout.kind === 'timestamp' ? layout.zone : null);
      const micros = column.values(BigInt64Array);
      return (row, sink) => putMicros(sink, micros[row] as bigint, (seconds) => clock.offsetSeconds(seconds));
    }
    case 'timestampNtz': {
      const micros = column.values(BigInt64Array);
      return (row, sink) => putMicros(sink, micros[row] as bigint, noOffset);
    }
    case 'yearMonthInterval':
      return putValues(column.values(Int32Array), yearMonthText);
    case 'dayTimeInterval':
      return putValues(column.values(BigInt64Array), dayTimeText);
    default: {
      const { buffer, byteOffset } = column.data;
      const view = new DataView(buffer, byteOffset, column.length * MONTH_DAY_NANO_BYTES);
      return (row, sink) => {
        const at = row * MONTH_DAY_NANO_BYTES;
        const [months, days] = [view.getInt32(at, true), view.getInt32(at + 4, true)];
        sink.put(calendarIntervalText(months, days, view.getBigInt64(at + 8, true)));
      };
    }
  }
}

function putValues<T>(values: { readonly [row: number]: T }, toText: (value: T) => string): PutText {
  return (row, sink) => sink.put(toText(values[row] as T));
}

function putBytes({ offsets, data }: ArrowColumn): PutText {
  return (row, sink) => sink.putBytes(data.subarray(offsets[row], offsets[row + 1]));
}

function quoted(put: PutText): PutText {
  return (row, sink) => {
    sink.put('"');
    put(row, sink);
    sink.put('"');
  };
}

function putOrNull(type: SparkType, column: ArrowColumn): PutText {
  const put = putText(type, column, true);
  return (row, sink) => {
    if (column.isNull(row)) sink.put('null');
    else put(row, sink);
  };
}

function putArray(element: SparkType, column: ArrowColumn): PutText {
  const put = putOrNull(element, childOf(column, 0));
  const { offsets } = column;
  return (row, sink) => {
    const from = offsets[row] as number;
    const to = offsets[row + 1] as number;
    sink.put('[');
    for (let item = from; item < to; item++) {
      if (item > from) sink.put(',');
      put(item, sink);
    }
    sink.put(']');
  };
}

/** A map is a list of structs of key and value. Spark sorts what it writes of one, as text. */
function putMap(key: SparkType, value: SparkType, column: ArrowColumn): PutText {
  const entries = childOf(column, 0);
  const putKey = putOrNull(key, childOf(entries, 0));
  const putValue = putOrNull(value, childOf(entries, 1));
  const { offsets } = column;
  return (row, sink) => {
    const texts: string[] = [];
    const start = sink.length;
    for (let item = offsets[row] as number; item < (offsets[row + 1] as number); item++) {
      putKey(item, sink);
      sink.put(':');
      putValue(item, sink);
      texts.push(sink.bytes.toString('utf8', start, sink.length));
      sink.length = start;
    }
    sink.put(`{${texts.sort().join(',')}}`);
  };
}

function childOf(column: ArrowColumn, index: number): ArrowColumn {
  const child = column.children[index];
  if (child === undefined) throw new TypeError(`the Arrow column ${column.field.name} has too few children`);
  return child;
}
