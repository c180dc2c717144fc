import { describe, expect, it } from 'vitest';
import { type Token, tokenize } from '../../../../engine-duckdb/src/sql/lexer.ts';
import { syntaxOf } from './sql-syntax.ts';
import { MAX_STATEMENT_CHARS, StatementSplitter, type SplitterOptions } from './statement-splitter.ts';

function split(script: string, options: SplitterOptions = {}): string[] {
  const splitter = new StatementSplitter(options);
  const items = script.split('\n').flatMap((line) => [...splitter.pushLine(line)]);
  return [...items, ...splitter.end()].map(({ kind, text }) => (kind === 'command' ? `!${text}` : text));
}

const duckdb: SplitterOptions = { syntax: () => syntaxOf('DuckDB') };
const senbon: SplitterOptions = { syntax: () => ({ ...syntaxOf('DuckDB'), backslashEscapes: 'strings' }) };
const spark: SplitterOptions = { syntax: () => syntaxOf('Spark SQL') };

/** By whole tokens, so that a text or comment is never cut; comments alone are no statement. */
function engineStatements(script: string, hasEscapes: boolean): string[] {
  const statements: string[] = [];
  let tokens: Token[] = [];
  for (const token of [...tokenize(script, hasEscapes), { kind: 'symbol', text: ';' } as const]) {
    if (token.kind !== 'symbol' || token.text !== ';') {
      tokens.push(token);
      continue;
    }
    if (hasContent(tokens))
      statements.push(
        tokens
          .map(({ text }) => text)
          .join('')
          .trim(),
      );
    tokens = [];
  }
  return statements;
}

function hasContent(tokens: readonly Token[]): boolean {
  return tokens.some(({ kind }) => kind !== 'space' && kind !== 'comment');
}

describe('StatementSplitter', () => {
  const scripts: readonly [what: string, script: string, expected: readonly string[]][] = [
    ['nothing', '', []],
    ['only ends', ' ;; \n;', []],
    ['one line', 'select 1; select 2;', ['select 1', 'select 2']],
    ['no end at the end', 'select 1', ['select 1']],
    ['many lines', 'select\n  1\n;\nselect 2', ['select\n  1', 'select 2']],
    ['a quoted end', `select ';', ";", \`;\`; select 2`, [`select ';', ";", \`;\``, 'select 2']],
    ['a doubled quote', "select 'it''s;'; select 2", ["select 'it''s;'", 'select 2']],
    ['a text over lines', "select 'a;\n\nb'; x", ["select 'a;\n\nb'", 'x']],
    ['a comment to the end of the line', "select 1 -- it's; not\n; x", ["select 1 -- it's; not", 'x']],
    ['a comment between', "select /* ; ' \n ; */ 1; x", ["select /* ; ' \n ; */ 1", 'x']],
    ['comments only', '-- nothing;\n/* ; */\n;', []],
    ['a comment before', '-- why\nselect 1;', ['-- why\nselect 1']],
    ['a minus and a slash', 'select 2-1/1; x', ['select 2-1/1', 'x']],
    ['commands', '!tables\n  !set a b\nselect 1;\n!quit', ['!tables', '!set a b', 'select 1', '!quit']],
    ['a ! within a statement', 'select 1\n!= 2;', ['select 1\n!= 2']],
    ['a command behind a comment', '-- now\n!tables', ['!tables']],
    ['unfinished quotes', "select 'a;", ["select 'a;"]],
    ['unicode', "select '千;本'; 🦆;", ["select '千;本'", '🦆']],
  ];
  it.each(scripts)('cuts %s', (_what, script, expected) => {
    expect(split(script)).toEqual(expected);
  });

  it('knows backslashes where the server does', () => {
    const script = "select 'it\\'s;'; x";
    expect(split(script, spark)).toEqual(["select 'it\\'s;'", 'x']);
    expect(split("select '\\'; x", duckdb)).toEqual(["select '\\'", 'x']);
    expect(split("select e'it\\'s;', me'\\'; x", duckdb)).toEqual(["select e'it\\'s;', me'\\'", 'x']);
    expect(split("select '\\\\'; x", spark)).toEqual(["select '\\\\'", 'x']);
    expect(split("select 'a\\\nb;'; x", spark)).toEqual(["select 'a\\\nb;'", 'x']);
  });

  it("knows backslashes of Senbon's DuckDB, in '…' alone", () => {
    const script = String.raw`select 'a\'; drop table t; select \'b' x; y`;
    expect(split(script, senbon)).toEqual([String.raw`select 'a\'; drop table t; select \'b' x`, 'y']);
    expect(split(String.raw`select "a\"; x`, senbon)).toEqual([String.raw`select "a\"`, 'x']);
    expect(split(String.raw`select x'\'; x`, senbon)).toEqual([String.raw`select x'\'`, 'x']);
    const like = String.raw`a like 'b' escape /* ; */` + '\n' + String.raw` '\'`;
    expect(split(`${like}; x`, senbon)).toEqual([like, 'x']);
  });

  it('knows comments in comments where the server does', () => {
    const script = 'select /* a /* b */ ; c */ 1; x';
    expect(split(script, duckdb)).toEqual(['select /* a /* b */ ; c */ 1', 'x']);
    expect(split(script, spark)).toEqual(['select /* a /* b */ ; c */ 1', 'x']);
    expect(split(script)).toEqual(['select /* a /* b */', 'c */ 1', 'x']);
  });

  it.each([
    ['with backslash escapes', senbon, true],
    ['without', duckdb, false],
  ])("cuts as the engine's own lexer does, %s", (_what, options, hasEscapes) => {
    const pieces = [
      ...'\'"`\\;$ \nae'.split(''),
      '--',
      '/*',
      '*/',
      "''",
      '$$',
      '$a$',
      " escape '\\'",
      "x'",
      "e'",
      '1',
      'é',
      '\r',
    ];
    let seed = 7;
    const next = (): string => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return pieces[(seed >> 8) % pieces.length] as string;
    };
    for (let round = 0; round < 20_000; round++) {
      const script = Array.from({ length: 4 + (round % 12) }, next).join('');
      // A comment without an end is sent, for the engine to complain of.
      const statements = split(script, options).filter((text) => hasContent(tokenize(text, hasEscapes)));
      expect([script, statements]).toEqual([script, engineStatements(script, hasEscapes)]);
    }
  });

  it('reads on as a setting that a statement changes wants it', () => {
    let syntax = senbon.syntax?.() ?? syntaxOf('');
    const splitter = new StatementSplitter({ syntax: () => syntax });
    const texts: string[] = [];
    for (const { text } of splitter.pushLine(String.raw`set b=false; select '\'; x;`)) {
      texts.push(text);
      syntax = syntaxOf('DuckDB');
    }
    expect(texts).toEqual(['set b=false', String.raw`select '\'`, 'x']);
  });

  it('knows dollar quotes where the server does', () => {
    const script = "select $$ it's; $$, $tag$ $$; $tag$, a$b$; x";
    expect(split(script, duckdb)).toEqual(["select $$ it's; $$, $tag$ $$; $tag$, a$b$", 'x']);
    expect(split('select $$; x', spark)).toEqual(['select $$', 'x']);
  });

  it('refuses an empty delimiter, which would end without end', () => {
    expect(() => split('select 1', { delimiter: '' })).toThrow(RangeError);
  });

  it('takes another delimiter', () => {
    const script = 'begin\n  select 1;\n  select 2;\nend //\nselect 3 //';
    expect(split(script, { delimiter: '//' })).toEqual(['begin\n  select 1;\n  select 2;\nend', 'select 3']);
  });

  it('tells what is missing', () => {
    const splitter = new StatementSplitter();
    const pendingAfter = (line: string) => {
      Array.from(splitter.pushLine(line));
      return splitter.pending;
    };
    expect(splitter.pending).toBe('nothing');
    expect(pendingAfter('-- only this')).toBe('nothing');
    expect(pendingAfter('select')).toBe('delimiter');
    expect(pendingAfter('/* more')).toBe('comment');
    expect(pendingAfter("*/ 'text")).toBe('quote');
    expect(pendingAfter("';")).toBe('nothing');
    expect(pendingAfter('select')).toBe('delimiter');
    splitter.reset();
    expect(splitter.end()).toEqual([]);
  });

  it('holds no more than one statement may have', () => {
    const splitter = new StatementSplitter();
    const line = 'x'.repeat(1024 * 1024);
    const fill = (): void => {
      for (let i = 0; i <= MAX_STATEMENT_CHARS / line.length; i++) Array.from(splitter.pushLine(line));
    };
    expect(fill).toThrow('is a ; missing?');
    expect(splitter.pending).toBe('nothing');
  });

  it('takes a megabyte of quotes in linear time', () => {
    const startedAt = performance.now();
    expect(split(`select '${"''".repeat(500_000)}';`)).toHaveLength(1);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
