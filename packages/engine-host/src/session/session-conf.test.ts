import { expect, it } from 'vitest';
import { parseHandle, parseSessionConf } from './session-conf.ts';

const of = (conf: Record<string, string>) => parseSessionConf(new Map(Object.entries(conf)));

it('takes what is not there for nothing', () => {
  expect(parseSessionConf(undefined)).toEqual({ handle: null, database: 'default', conf: new Map() });
  expect(of({ 'use:database': '' }).database).toBe('default');
});

it('strips all prefixes, as the gateway does, and not what looks like one', () => {
  const { conf } = of({
    'set:a': '1',
    'set:system:b': '2',
    'metaconf:c': '3',
    'set:hiveconf:hivevar:d': '4',
    'settle:e': '5',
    'use:catalog': 'memory',
  });
  expect(Object.fromEntries(conf)).toEqual({
    a: '1',
    b: '2',
    c: '3',
    d: '4',
    'settle:e': '5',
    'use:catalog': 'memory',
  });
});

it.each(['env:HOME', 'set:env:HOME'])('refuses %s', (key) => {
  expect(() => of({ [key]: 'x' })).toThrow(/forbidden/);
});

it('takes a UUID in either case, and nothing else', () => {
  const id = 'AABBCCDD-0011-2233-4455-66778899AABB';
  expect(parseHandle('M', 'k', id)).toBe(id.toLowerCase());
  expect(parseHandle('M', 'k', undefined)).toBeNull();
  for (const wrong of ['', 'x', id.slice(1), `${id}0`, id.replaceAll('-', '')]) {
    expect(() => parseHandle('M', 'k', wrong)).toThrow(/M: k is not a UUID/);
  }
});
