import { ClientError } from '../client-error.ts';

export type ParameterValue = string | number | bigint | boolean | null | Date | Uint8Array;
/** An array is a list of values, for `IN (?)`. */
export type Parameter = ParameterValue | readonly ParameterValue[];

/** Decimals of all engines end there, and integers beyond BIGINT are decimals. */
const MAX_DIGITS = 38;
/**
 * What a literal must not hold: whether a backslash escapes and whether a doubled quote is one depends on the engine and its
 * settings, `${` begins a variable of Hive and Spark, and NUL ends a statement in C.
 */
const SPECIAL = /(['\\\0]|\$(?=\{))/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** A parameter as SQL that DuckDB, Spark and Hive read alike. Throws ClientError PARAMETER_INVALID. */
export function literalOf(value: Parameter, number: number): string {
  if (!isList(value)) return literalOfValue(value, number);
  if (value.length === 0) {
    throw invalid(number, 'an empty array has no SQL form; leave the condition out of the statement');
  }
  return value.map((element) => literalOfValue(element, number)).join(', ');
}

function literalOfValue(value: ParameterValue, number: number): string {
  switch (typeof value) {
    case 'string':
      return textLiteral(value, number);
    case 'number':
      return numberLiteral(value);
    case 'bigint':
      return integerLiteral(value, number);
    case 'boolean':
      return value ? 'TRUE' : 'FALSE';
    default:
      break;
  }
  if (value === null) return 'NULL';
  if (value instanceof Date) return timestampLiteral(value, number);
  if (value instanceof Uint8Array) return `unhex('${Buffer.from(value).toString('hex')}')`;
  throw invalid(number, `${describe(value)} has no SQL form; give text, a number, a Date or bytes`);
}

function textLiteral(text: string, number: number): string {
  if (LONE_SURROGATE.test(text)) throw invalid(number, 'half of a surrogate pair is no text');
  const parts = text.split(SPECIAL).filter((part) => part !== '');
  const [only = ''] = parts;
  if (parts.length < 2 && !SPECIAL.test(only)) return `'${only}'`;
  const written = parts.map((part) => (isSpecial(part) ? `chr(${part.charCodeAt(0)})` : `'${part}'`));
  return written.length === 1 ? written.join('') : `concat(${written.join(', ')})`;
}

/** `$` stands alone only where `{` follows, and at the end of a text, where it does no harm either. */
function isSpecial(part: string): boolean {
  return part.length === 1 && /['\\\0$]/.test(part);
}

/** A fraction with an exponent, for without one it is a DECIMAL; a negative one in brackets, for `-?` would begin a comment. */
function numberLiteral(value: number): string {
  if (!Number.isFinite(value) || Object.is(value, -0)) {
    return `CAST('${Object.is(value, -0) ? '-0.0' : value}' AS DOUBLE)`;
  }
  const text = Number.isSafeInteger(value) ? String(value) : value.toExponential().replace('e+', 'e');
  return value < 0 ? `(${text})` : text;
}

function integerLiteral(value: bigint, number: number): string {
  const text = String(value);
  if (text.replace('-', '').length > MAX_DIGITS)
    throw invalid(number, `it has more than ${MAX_DIGITS} digits`);
  return value < 0n ? `(${text})` : text;
}

/** The instant, in UTC: also the wall time where a TIMESTAMP knows no zone. */
function timestampLiteral(value: Date, number: number): string {
  const year = value.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) throw invalid(number, 'a Date must be valid and of the years 1 to 9999');
  return `TIMESTAMP '${value.toISOString().replace('T', ' ')}'`;
}

function isList(value: Parameter): value is readonly ParameterValue[] {
  return Array.isArray(value);
}

/** For what comes past the types. */
function describe(value: unknown): string {
  return Array.isArray(value) ? 'an array in an array' : `a value of type ${typeof value}`;
}

function invalid(number: number, problem: string): ClientError {
  return new ClientError('PARAMETER_INVALID', { number, problem });
}
