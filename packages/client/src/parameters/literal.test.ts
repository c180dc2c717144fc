import { describe, expect, it } from 'vitest';
import { literalOf, type Parameter } from './literal.ts';

describe('literalOf', () => {
  const literals: readonly [Parameter, string][] = [
    ['千本 "x"; -- ?', `'千本 "x"; -- ?'`],
    ['', `''`],
    ["it's", `concat('it', chr(39), 's')`],
    ["'", 'chr(39)'],
    ["''", 'concat(chr(39), chr(39))'],
    ['C:\\', `concat('C:', chr(92))`],
    ['\\', 'chr(92)'],
    ['a\0b', `concat('a', chr(0), 'b')`],
    ['\0', 'chr(0)'],
    ['${env:HOME}', `concat(chr(36), '{env:HOME}')`],
    ['$5 {x}', `'$5 {x}'`],
    ['$', `'$'`],
    ['two\nlines', `'two\nlines'`],
    [0, '0'],
    [-1, '(-1)'],
    [9007199254740991, '9007199254740991'],
    [1.5, '1.5e0'],
    [-2.5e-7, '(-2.5e-7)'],
    [1e21, '1e21'],
    [9007199254740992, '9.007199254740992e15'],
    [Number.NaN, `CAST('NaN' AS DOUBLE)`],
    [Number.NEGATIVE_INFINITY, `CAST('-Infinity' AS DOUBLE)`],
    [-0, `CAST('-0.0' AS DOUBLE)`],
    [9223372036854775807n, '9223372036854775807'],
    [-(10n ** 38n) + 1n, `(-${'9'.repeat(38)})`],
    [true, 'TRUE'],
    [false, 'FALSE'],
    [null, 'NULL'],
    [new Date(Date.UTC(2024, 1, 29, 12, 34, 56, 789)), `TIMESTAMP '2024-02-29 12:34:56.789Z'`],
    [Uint8Array.of(0, 255, 65), `unhex('00ff41')`],
    [new Uint8Array(), `unhex('')`],
    [[1, 2n, 'x', null], `1, 2, 'x', NULL`],
  ];
  it.each(literals)('%s is %s', (value, literal) => {
    expect(literalOf(value, 1)).toBe(literal);
  });

  const bad: readonly [unknown, string][] = [
    [[], 'Parameter 3 cannot be used: an empty array has no SQL form'],
    [[[1]], 'an array in an array'],
    [undefined, 'a value of type undefined'],
    [{}, 'a value of type object'],
    [10n ** 38n, 'more than 38 digits'],
    [new Date(Number.NaN), 'must be valid'],
    [new Date(Date.UTC(12_000, 0)), 'of the years 1 to 9999'],
    ['half \ud83e', 'half of a surrogate pair'],
  ];
  it.each(bad)('refuses %s', (value, message) => {
    expect(() => literalOf(value as Parameter, 3)).toThrow(message);
  });
});
