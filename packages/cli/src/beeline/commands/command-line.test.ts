import { describe, expect, it } from 'vitest';
import { splitWords } from './command-line.ts';

describe('splitWords', () => {
  it.each([
    ['', []],
    ['tables', ['tables']],
    ['  connect   jdbc:hive2://gw/;a=b ann ; ', ['connect', 'jdbc:hive2://gw/;a=b', 'ann']],
    [`set x 'a b' "c 'd'" ""`, ['set', 'x', 'a b', "c 'd'", '']],
  ])('%j', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });
});
