import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConf, parseArguments, parseProperties } from './load.ts';

function read(content: string): Record<string, string> {
  return Object.fromEntries(parseProperties(content, 'test').toMap());
}

describe('properties syntax', () => {
  it('takes space, = and : between key and value, and trims the value', () => {
    expect(read('a 1\nb=2\nc:3\nd  =  4  \n\te\t5\n')).toEqual({ a: '1', b: '2', c: '3', d: '4', e: '5' });
  });

  it('splits at the first separator only', () => {
    expect(read('url=jdbc:hive2://h:1/;a=b\nspark.opts -Da=b -Dc=d')).toEqual({
      url: 'jdbc:hive2://h:1/;a=b',
      'spark.opts': '-Da=b -Dc=d',
    });
  });

  it('leaves comments and blank lines out', () => {
    expect(read('# one\n! two\n\n   # three\na 1\n')).toEqual({ a: '1' });
  });

  it('joins lines that end in a backslash', () => {
    expect(read('a 1,\\\n    2,\\\n    3\n')).toEqual({ a: '1,2,3' });
  });

  it('keeps UTF-8, and reads escapes', () => {
    expect(read('a größe\nb \\u00e9\nc\\ d e\n')).toEqual({ a: 'größe', b: 'é', 'c d': 'e' });
  });

  it('takes a key without a value as empty, and the last of two', () => {
    expect(read('a\nb=\nc=1\nc=2\n')).toEqual({ a: '', b: '', c: '2' });
  });

  it('reads lines that end in CRLF', () => {
    expect(read('a 1\r\nb 2\r\n')).toEqual({ a: '1', b: '2' });
  });

  it('reads the keys of one user, which begin with underscores', () => {
    expect(read('___alice___.kyuubi.engine.type=FAKE')).toEqual({ '___alice___.kyuubi.engine.type': 'FAKE' });
  });

  it('survives a broken escape', () => {
    expect(read('a \\u12\nb 2')['b']).toBe('2');
  });

  it('does not touch prototypes', () => {
    expect(read('__proto__ 1\nconstructor 2\na 3')).toMatchObject({ a: '3', constructor: '2' });
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });
});

describe('--conf', () => {
  it('splits at the first = and trims', () => {
    expect(Object.fromEntries(parseArguments(['a=b=c', ' d = e ', 'f=']).toMap())).toEqual({
      a: 'b=c',
      d: 'e',
      f: '',
    });
  });

  it.each(['kyuubi.ha.namespace', '=x', ''])('refuses %j and says how to write it', (pair) => {
    expect(() => parseArguments([pair])).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('write --conf key=value'),
      }),
    );
  });

  it('does not print what may be a secret', () => {
    expect(() => parseArguments(['=hunter2'])).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });
});

describe('the file', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'senbon-load-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('need not be there', async () => {
    const { conf, file } = await loadConf({ confDir: join(dir, 'none'), arguments: ['a=1'] });
    expect(file).toBeNull();
    expect(conf.get('a')).toBe('1');
  });

  it('is named, and arguments win over it', async () => {
    const path = join(dir, 'kyuubi-defaults.conf');
    await writeFile(path, 'a 1\nb 2\n');
    const { conf, file } = await loadConf({ confDir: dir, arguments: ['b=3'] });
    expect(file).toBe(path);
    expect(conf.get('a')).toBe('1');
    expect(conf.find('a')?.source).toBe(path);
    expect(conf.find('b')).toEqual({ key: 'b', value: '3', source: '--conf' });
  });

  it('that cannot be read is an error that names it', async () => {
    const path = join(dir, 'kyuubi-defaults.conf');
    await mkdir(path);
    await expect(loadConf({ confDir: dir, arguments: [] })).rejects.toMatchObject({
      code: 'CONFIG_UNREADABLE',
      message: expect.stringContaining(path),
    });
  });
});
