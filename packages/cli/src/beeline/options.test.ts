import { describe, expect, it } from 'vitest';
import { parseOptions, UsageError } from './options.ts';

function parse(...args: string[]) {
  const printed: string[] = [];
  const print = (text: string): void => void printed.push(text);
  try {
    return { options: parseOptions(args, { out: print, err: print }), text: printed.join('') };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { exitCode: error.exitCode, text: printed.join('') };
  }
}

describe('parseOptions', () => {
  it('has defaults', () => {
    expect(parse().options).toMatchObject({
      url: null,
      user: null,
      password: null,
      execute: [],
      files: [],
      format: 'table',
      silent: false,
      showHeader: true,
      nullText: 'NULL',
      delimiter: ';',
    });
  });

  it('takes what Hive’s beeline takes', () => {
    const line =
      '-u jdbc:hive2://gw/ -n ann -p pw -e select;1 -e select;2 -f a.sql -i init.sql --hiveconf a=b=c --hivevar d= ' +
      '--outputformat=csv2 --silent=true --showHeader=false --verbose --incremental=false --nullemptystring=true -a noSasl';
    const { options } = parse(...line.split(' '));
    expect(options).toMatchObject({
      url: 'jdbc:hive2://gw/',
      user: 'ann',
      password: 'pw',
      authType: 'noSasl',
      execute: ['select;1', 'select;2'],
      files: ['a.sql'],
      initFiles: ['init.sql'],
      hiveConfs: { a: 'b=c' },
      hiveVars: { d: '' },
      format: 'csv2',
      silent: true,
      showHeader: false,
      verbose: true,
      incremental: false,
      nullText: '',
    });
  });

  it('asks for a password when -p has no value', () => {
    expect(parse('-p', '-e', 'select 1').options).toMatchObject({ password: true, execute: ['select 1'] });
    expect(parse('-e', 'select 1', '-p').options?.password).toBe(true);
  });

  it('passes over what makes no difference', () => {
    const { options } = parse(
      '-d',
      'org.apache.hive.jdbc.HiveDriver',
      '--color=true',
      '--maxWidth=80',
      '--silent',
    );
    expect(options?.silent).toBe(true);
  });

  it.each([
    [['--outputformat=xml'], 'outputformat is one of table'],
    [['--outputformat=csv'], 'csv is not there; use csv2'],
    [['--maxColumnWidth=0'], 'It must be a whole number above 0'],
    [['--silent=perhaps'], 'It must be true or false'],
    [['--hiveconf', 'a'], 'It must be key=value'],
    [['--delimiterForDSV', '||'], 'It must be one character'],
    [['--delimiter', ''], 'It must not be empty'],
    [['--delimiter', ' '], 'It must not be empty'],
    [['-u'], 'argument missing'],
    [['--nonsense'], 'unknown option'],
    [['select 1'], 'too many arguments'],
  ])('refuses %j with exit code 2', (args, text) => {
    const result = parse(...args);
    expect(result.exitCode).toBe(2);
    expect(result.text).toContain(text);
  });

  it('helps, and succeeds', () => {
    expect(parse('--help')).toMatchObject({
      exitCode: 0,
      text: expect.stringContaining('Exit codes') as string,
    });
    expect(parse('--version').exitCode).toBe(0);
    expect(parse('--help').text).not.toContain('--isolation');
  });
});
