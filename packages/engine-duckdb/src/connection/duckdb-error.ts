import { messageOf, SenbonError } from '@senbon/core';

interface Rule {
  /** DuckDB's class of the error, as its text begins: `Catalog Error: …`. */
  readonly kind: RegExp;
  readonly text?: RegExp;
  readonly sqlState: string;
}

/** The first rule that fits wins. Where Spark has a state for the same failure, it is Spark's. */
const rules: readonly Rule[] = [
  { kind: /^(Parser|Syntax)/, sqlState: '42601' },
  { kind: /^INTERRUPT/, sqlState: '57014' },
  { kind: /^Catalog/, text: /(Table|View)s? .*does not exist because schema/, sqlState: '42704' },
  { kind: /^Catalog/, text: /^(Table|View) .*does not exist/, sqlState: '42P01' },
  { kind: /^Catalog/, text: /Function .*does not exist/, sqlState: '42883' },
  { kind: /^Catalog/, text: /^(Table|View|Index|Sequence|Type) .*already exists/, sqlState: '42P07' },
  { kind: /^Catalog/, text: /^Schema .*already exists/, sqlState: '42P06' },
  { kind: /^Catalog/, text: /(No catalog \+ schema|Schema|Catalog) .*(found|exist)/, sqlState: '42704' },
  { kind: /^Catalog/, text: /configuration parameter/, sqlState: '42704' },
  { kind: /^Catalog/, text: /does not exist|not found/, sqlState: '42704' },
  { kind: /^Catalog/, sqlState: '42000' },
  { kind: /^Binder/, text: /^Referenced table|^Table .* not found/, sqlState: '42P01' },
  {
    kind: /^Binder/,
    text: /does not have a column|column .*not found|does not contain column/i,
    sqlState: '42703',
  },
  { kind: /^Binder/, text: /^Ambiguous/, sqlState: '42702' },
  { kind: /^Binder/, text: /No function matches/, sqlState: '42883' },
  { kind: /^Binder/, text: /Catalog .* does not exist/, sqlState: '42704' },
  { kind: /^Binder/, text: /GROUP BY clause/, sqlState: '42803' },
  { kind: /^Binder/, sqlState: '42000' },
  { kind: /^Conversion/, text: /(date|time|timestamp) field/i, sqlState: '22007' },
  { kind: /^Conversion/, text: /out of range/, sqlState: '22003' },
  { kind: /^(Conversion|Mismatch Type|Invalid type)/, sqlState: '22018' },
  { kind: /^Out of Range/, text: /division by zero/i, sqlState: '22012' },
  { kind: /^Out of Range/, sqlState: '22003' },
  { kind: /^./, text: /division by zero/i, sqlState: '22012' },
  { kind: /^Constraint/, text: /duplicate key|UNIQUE constraint/i, sqlState: '23505' },
  { kind: /^Constraint/, text: /NOT NULL constraint/, sqlState: '23502' },
  { kind: /^Constraint/, text: /foreign key/i, sqlState: '23503' },
  { kind: /^Constraint/, text: /CHECK constraint/, sqlState: '23514' },
  { kind: /^Constraint/, sqlState: '23000' },
  { kind: /^Out of Memory/, sqlState: '53200' },
  { kind: /^(IO|HTTP|Serialization)/, sqlState: '58030' },
  { kind: /^Permission/, sqlState: '42501' },
  { kind: /^Not implemented|^Missing Extension|^Autoload/i, sqlState: '0A000' },
  { kind: /^TransactionContext/, text: /transaction is aborted/i, sqlState: '25P02' },
  { kind: /^TransactionContext/, text: /no transaction is active/, sqlState: '25P01' },
  { kind: /^TransactionContext/, text: /within a transaction/, sqlState: '25001' },
  { kind: /^TransactionContext/, sqlState: '40001' },
  { kind: /^Dependency/, sqlState: '2BP01' },
  { kind: /^Invalid Input/, text: /Expected \d+ parameters/, sqlState: '07002' },
  { kind: /^Invalid Input/, text: /More than one row returned by a subquery/, sqlState: '21000' },
  { kind: /^(Invalid Input|Parameter)/, sqlState: '22023' },
  { kind: /^(INTERNAL|FATAL)/, sqlState: 'XX000' },
];

/** The library puts this before the parser's own text. */
const LIBRARY_PREFIX = /^Failed to extract statements: /;

/** A failure of DuckDB as the error a client gets: DuckDB's own text and the SQLSTATE that fits it best. */
export function statementError(cause: unknown): SenbonError {
  if (cause instanceof SenbonError) return cause;
  const problem = messageOf(cause).replace(LIBRARY_PREFIX, '');
  return new SenbonError('STATEMENT_FAILED', { problem }, { cause, sqlState: sqlStateOf(problem) });
}

export function failed(sqlState: string, problem: string): SenbonError {
  return new SenbonError('STATEMENT_FAILED', { problem }, { sqlState });
}

export function canceled(): SenbonError {
  return new SenbonError('OPERATION_CANCELED');
}

export function sqlStateOf(message: string): string {
  const colon = message.indexOf(' Error: ');
  if (colon < 0) return 'HY000';
  const kind = message.slice(0, colon);
  const text = message.slice(colon + ' Error: '.length);
  return rules.find((rule) => rule.kind.test(kind) && (rule.text?.test(text) ?? true))?.sqlState ?? 'HY000';
}
