import { describe, expect, it } from 'vitest';
import { engineArea, securityArea } from '../engine/config.ts';
import { authArea } from '../frontend/auth.ts';
import { frontendArea } from '../frontend/config.ts';
import { haArea, lifecycleArea } from '../lifecycle/config.ts';
import { sessionArea } from '../session/config.ts';
import {
  type Area,
  bool,
  duration,
  int,
  interval,
  key,
  type Key,
  list,
  oneOf,
  readArea,
  readKey,
  secretKey,
  text,
} from './area.ts';
import { Conf } from './conf.ts';

const areas: Record<string, Area> = {
  authArea,
  engineArea,
  frontendArea,
  haArea,
  lifecycleArea,
  securityArea,
  sessionArea,
};

describe.each(Object.entries(areas))('%s', (_, area) => {
  it('has defaults that parse, and documents every key', () => {
    expect(() => readArea(area, Conf.of({}))).not.toThrow();
    for (const { name, doc } of Object.values(area)) {
      expect(name).toMatch(/^kyuubi\.[A-Za-z0-9.]+$/);
      expect(doc).toMatch(/[.)]$/);
    }
  });

  it('is frozen', () => {
    expect(Object.isFrozen(readArea(area, Conf.of({})))).toBe(true);
  });
});

it('names no key twice', () => {
  const names = Object.values(areas).flatMap((area) => Object.values(area).map(({ name }) => name));
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

it('has the defaults that users count on', () => {
  expect(readArea(frontendArea, Conf.of({}))).toMatchObject({
    protocols: ['THRIFT_BINARY', 'THRIFT_HTTP'],
    binaryPort: 10_009,
    httpPort: 10_010,
    httpPath: 'cliservice',
    maxMessageBytes: 104_857_600,
    defaultFetchSize: 1000,
  });
  expect(readArea(engineArea, Conf.of({}))).toMatchObject({
    type: null,
    shareLevel: 'USER',
    subdomain: null,
    initializeTimeoutMs: 180_000,
    loginTimeoutMs: 15_000,
  });
});

describe('values', () => {
  const conf = Conf.of(
    { b: ' TRUE ', n: ' 7 ', l: 'a, b ,,c', o: 'two', d: 'PT2S', t: '  x ', e: '', blank: '  ' },
    'file',
  );
  it('are typed', () => {
    expect(readKey(key('b', bool, 'false', 'x.'), conf)).toBe(true);
    expect(readKey(key('n', int(0, 10), '1', 'x.'), conf)).toBe(7);
    expect(readKey(key('l', list, '', 'x.'), conf)).toEqual(['a', 'b', 'c']);
    expect(readKey(key('o', oneOf(['ONE', 'TWO']), 'ONE', 'x.'), conf)).toBe('TWO');
    expect(readKey(key('d', duration, 'PT1S', 'x.'), conf)).toBe(2000);
    expect(readKey(key('t', text, 'y', 'x.'), conf)).toBe('x');
  });

  it('are absent when empty and without a default', () => {
    expect(readKey(key('e', int(1), null, 'x.'), conf)).toBeNull();
    expect(readKey(key('blank', oneOf(['ONE']), null, 'x.'), conf)).toBeNull();
    expect(readKey(key('none', text, null, 'x.'), conf)).toBeNull();
  });

  it.each([
    [key('b', bool, 'true', 'x.'), { b: 'yes' }, 'expected true or false'],
    [key('n', int(1, 10), '1', 'x.'), { n: '1.5' }, 'expected a whole number'],
    [key('n', int(1, 10), '1', 'x.'), { n: '11' }, '10'],
    [key('n', int(1, 10), '1', 'x.'), { n: '' }, 'expected a whole number'],
    [key('o', oneOf(['ONE', 'TWO']), 'ONE', 'x.'), { o: 'three' }, 'expected one of ONE, TWO'],
    [key('d', duration, 'PT1S', 'x.'), { d: '5 min' }, 'PT15S'],
    [key('i', interval, 'PT1S', 'x.'), { i: '0' }, 'expected a time above 0'],
    [key('i', interval, 'PT1S', 'x.'), { i: '-1' }, 'expected a time above 0'],
  ])('that do not parse are refused with key, value, place and reason (%#)', (entry, values, problem) => {
    const [name, value] = Object.entries(values)[0] ?? [];
    expect(() => readKey(entry as Key<unknown>, Conf.of(values, 'kyuubi-defaults.conf'))).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        details: {
          key: name,
          value: JSON.stringify(value),
          where: 'kyuubi-defaults.conf',
          problem: expect.any(String),
        },
        message: expect.stringContaining(problem),
      }),
    );
  });

  it('of an older name are reported under that name', () => {
    expect(() => readArea(frontendArea, Conf.of({ 'kyuubi.frontend.bind.port': 'x' }))).toThrow(
      /Configuration key kyuubi\.frontend\.bind\.port/,
    );
  });

  it('that are secret are not printed', () => {
    const broken = { ...secretKey('s', 'x.'), parse: int(1) } as Key<unknown>;
    expect(() => readKey(broken, Conf.of({ s: 'hunter2' }))).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/value \*\*\* /) }),
    );
    expect(() => readKey(broken, Conf.of({ s: 'hunter2' }))).not.toThrow(/hunter2/);
  });
});
