import { describe, expect, it } from 'vitest';
import { tokenize } from './lexer.ts';

const kinds = (sql: string) => tokenize(sql).map((token) => token.kind);
const texts = (sql: string) =>
  tokenize(sql)
    .filter((token) => token.kind !== 'space')
    .map((token) => token.text);

describe('tokenize', () => {
  it.each([
    ["select 'it''s; -- no' , 1", ['select', "'it''s; -- no'", ',', '1']],
    ["select E'a\\'b;' x", ['select', "E'a\\'b;'", 'x']],
    ["select 'a\\' x", ['select', "'a\\'", 'x']],
    ["select x'AF', b'01'", ['select', "x'AF'", ',', "b'01'"]],
    ['select "a;""b" y', ['select', '"a;""b"', 'y']],
    ['select `a``b`', ['select', '`a``b`']],
    ['a -- ; rest\nb', ['a', '-- ; rest', 'b']],
    ['a /* ; /* nested */ ; */ b', ['a', '/* ; /* nested */ ; */', 'b']],
    ["$$a;'b$$ c", ["$$a;'b$$", 'c']],
    ['$x$ $$ ; $x$ c', ['$x$ $$ ; $x$', 'c']],
    ['select $1, $name', ['select', '$', '1', ',', '$', 'name']],
    ['größe_1 + 1.5e3', ['größe_1', '+', '1.5e3']],
    ["'open ; ", ["'open ; "]],
    ['/* open ; ', ['/* open ; ']],
    ['`open ; ', ['`open ; ']],
    ['$$ open ; ', ['$$ open ; ']],
    ['a/b-c', ['a', '/', 'b', '-', 'c']],
  ])('%s', (sql, expected) => {
    expect(texts(sql)).toEqual(expected);
  });

  it('loses nothing: the tokens are the text', () => {
    let seed = 7;
    const random = (n: number) => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return seed % n;
    };
    const pieces = [
      "'",
      '"',
      '`',
      '$',
      '$$',
      '--',
      '\n',
      '/*',
      '*/',
      ';',
      ' ',
      'a',
      'é',
      '1',
      '\\',
      '🦊',
      'E',
      '.',
    ];
    for (let round = 0; round < 2000; round++) {
      const sql = Array.from({ length: random(20) }, () => pieces[random(pieces.length)]).join('');
      for (const hasBackslashEscapes of [false, true]) {
        const tokens = tokenize(sql, hasBackslashEscapes);
        expect(tokens.map((token) => token.text).join('')).toBe(sql);
      }
    }
  });

  it.each(["'", '"', '`', "E'", "x'"])('holds a literal in %s of many megabytes in one token', (open) => {
    const close = open.at(-1) as string;
    for (const piece of ['a', close + close, '\\\\']) {
      const text = open + piece.repeat(20_000_000) + close;
      const tokens = tokenize(`${text} x`);
      expect(tokens).toHaveLength(3);
      expect(tokens[0]?.text.length).toBe(text.length);
    }
  });

  it('takes time in proportion to the text where quotes and backslashes alternate', () => {
    const text = `'${"''\\\\".repeat(3_000_000)}'`;
    expect(tokenize(text, true)).toHaveLength(1);
    expect(tokenize(`'${'\\\\'.repeat(5_000_000)}`, true)).toHaveLength(1);
  });

  it('names the kinds', () => {
    expect(kinds('a \'b\' "c" `d` -- e')).toEqual([
      'word',
      'space',
      'string',
      'space',
      'quoted',
      'space',
      'backtick',
      'space',
      'comment',
    ]);
  });
});
