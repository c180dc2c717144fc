import { type Message, type MessageOf, bool, field, int, message, repeated, text } from './message.ts';

/** spark/connect/types.proto: which of the fields is there is the type. */
const nothing = message({});

const structField = message({
  name: field(1, text),
  dataType: field(2, (): Message<DataTypeMessage> => dataType),
  nullable: field(3, bool),
  metadata: field(4, text),
});
const interval = message({ startField: field(1, int), endField: field(2, int) });
const sized = message({ length: field(1, int) });

/** Written out, because the type holds itself. */
export interface DataTypeMessage {
  readonly [plain: string]: unknown;
  readonly decimal?: { readonly scale?: number; readonly precision?: number };
  readonly char?: { readonly length?: number };
  readonly varChar?: { readonly length?: number };
  readonly yearMonthInterval?: MessageOf<typeof interval>;
  readonly dayTimeInterval?: MessageOf<typeof interval>;
  readonly array?: { readonly elementType?: DataTypeMessage };
  readonly struct?: { readonly fields?: readonly StructFieldMessage[] };
  readonly map?: { readonly keyType?: DataTypeMessage; readonly valueType?: DataTypeMessage };
  readonly udt?: { readonly sqlType?: DataTypeMessage };
  readonly unparsed?: { readonly dataTypeString?: string };
}

export interface StructFieldMessage {
  readonly name?: string;
  readonly dataType?: DataTypeMessage;
  readonly nullable?: boolean;
  readonly metadata?: string;
}

const itself = (): Message<DataTypeMessage> => dataType;

export const dataType: Message<DataTypeMessage> = message({
  null: field(1, nothing),
  binary: field(2, nothing),
  boolean: field(3, nothing),
  byte: field(4, nothing),
  short: field(5, nothing),
  integer: field(6, nothing),
  long: field(7, nothing),
  float: field(8, nothing),
  double: field(9, nothing),
  decimal: field(10, message({ scale: field(1, int), precision: field(2, int) })),
  string: field(11, nothing),
  char: field(12, sized),
  varChar: field(13, sized),
  date: field(14, nothing),
  timestamp: field(15, nothing),
  timestampNtz: field(16, nothing),
  calendarInterval: field(17, nothing),
  yearMonthInterval: field(18, interval),
  dayTimeInterval: field(19, interval),
  array: field(20, message({ elementType: field(1, itself) })),
  struct: field(21, message({ fields: repeated(1, structField) })),
  map: field(22, message({ keyType: field(1, itself), valueType: field(2, itself) })),
  udt: field(23, message({ sqlType: field(5, itself) })),
  unparsed: field(24, message({ dataTypeString: field(1, text) })),
  variant: field(25, nothing),
}) as Message<DataTypeMessage>;
