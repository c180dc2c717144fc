import { describe, expect, it } from 'vitest';
import { namePattern } from './name-pattern.ts';

describe('namePattern', () => {
  it.each([
    [null, 'anything', true],
    ['t*', 'Table', true],
    ['t%', 'table', true],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a|b*', 'b1', true],
    ['a| B* ', 'b1', true],
    ['a|b*', 'c', false],
    ['a.b', 'axb', false],
    ['a_b', 'a_b', true],
    ['a_b', 'axb', false],
    ['(', '(', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['*ab*b', 'ab', false],
    ['*ab*b', 'xabb', true],
    ['*b*', 'abc', true],
    ['a**c', 'abc', true],
    ['ü*', 'ÜBER', true],
  ])('%s on %s: %s', (pattern, name, expected) => {
    expect(namePattern(pattern)(name)).toBe(expected);
  });

  it('agrees with a regular expression on small alphabets', () => {
    const texts = (length: number): string[] =>
      length === 0 ? [''] : texts(length - 1).flatMap((text) => ['a', 'b'].map((next) => text + next));
    const patterns = texts(5).flatMap((text) => [text.replaceAll('b', '*'), text.replace('b', '*')]);
    for (const pattern of patterns) {
      const regex = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
      const matches = namePattern(pattern);
      for (const name of [0, 1, 2, 3, 4, 5, 6].flatMap(texts)) {
        expect(matches(name), `${pattern} on ${name}`).toBe(regex.test(name));
      }
    }
  });

  it('takes no time for a pattern that would make a regular expression backtrack', () => {
    const matches = namePattern(`${'*a'.repeat(40)}*b`);
    const started = performance.now();
    expect(matches('a'.repeat(10_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('refuses one of endless length', () => {
    expect(() => namePattern('a|'.repeat(10_000))).toThrow(/at most 4096/);
  });
});
