import { describe, expect, it } from 'vitest';
import { encodeNodeName, instanceOf, parseNodeName } from './node-name.ts';

describe('encodeNodeName', () => {
  it.each([
    [{ host: 'h', port: 10_009, version: '1.13.0' }, 'serverUri=h:10009;version=1.13.0;sequence='],
    [{ host: 'h', port: 1, version: '1', refId: 'r' }, 'serverUri=h:1;version=1;refId=r;sequence='],
    [
      { host: 'h', port: 1, version: '1', refId: 'r', attributes: { b: '', a: 'x=y' } },
      'serverUri=h:1;version=1;b=;a=x=y;refId=r;sequence=',
    ],
    [{ host: '::1', port: 1, version: '1' }, 'serverUri=[::1]:1;version=1;sequence='],
  ])('%j', (spec, name) => {
    expect(encodeNodeName(spec)).toBe(name);
  });

  it.each([
    { host: 'a/b', port: 1, version: '1' },
    { host: 'a', port: 1, version: '1;2' },
    { host: 'a', port: 1, version: '1', refId: '../x' },
    { host: 'a', port: 1, version: '1', attributes: { k: 'a;b' } },
    { host: 'a', port: 1, version: '1', attributes: { 'k=x': 'v' } },
    { host: 'a', port: 1, version: '1', attributes: { '': 'v' } },
    { host: 'a\nb', port: 1, version: '1' },
  ])('refuses %j', (spec) => {
    expect(() => encodeNodeName(spec)).toThrow(expect.objectContaining({ code: 'DISCOVERY_FAILED' }));
  });
});

describe('parseNodeName', () => {
  it('reads what encodeNodeName wrote', () => {
    const attributes = { 'spark.driver.memory': '', 'kyuubi.engine.url': 'h:4040', pair: 'a=b=c' };
    const name = encodeNodeName({ host: 'h', port: 1, version: '1.13', attributes, refId: 'r' });
    expect(parseNodeName(`${name}0000000042`)).toEqual({
      uri: 'h:1',
      attributes: { version: '1.13', ...attributes, refId: 'r', sequence: '0000000042' },
      sequence: 42,
    });
  });

  it.each([
    ['serviceUri=h:1;version=1.7.1;sequence=0000000003', 'h:1', 3],
    ['serverUri=h:1;version=1;sequence=-2147483648', 'h:1', -2_147_483_648],
    ['serverUri=h:1', 'h:1', Number.POSITIVE_INFINITY],
    ['serverUri=;;x;=y;sequence=nonsense', '', Number.POSITIVE_INFINITY],
  ])('%s', (name, uri, sequence) => {
    expect(parseNodeName(name)).toMatchObject({ uri, sequence });
  });

  it.each(['leader', 'locks', 'serverUri', 'xserverUri=h:1', '_c_1-lock-0000000001', ''])(
    'leaves %j to others',
    (name) => {
      expect(parseNodeName(name)).toBeNull();
    },
  );

  it('takes no attribute for a key of its own', () => {
    const parsed = parseNodeName('serverUri=h:1;__proto__=x;constructor=y;sequence=0000000000');
    expect(parsed?.attributes['constructor']).toBe('y');
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });
});

it('instanceOf puts IPv6 in brackets once', () => {
  expect(instanceOf({ host: '[fe80::1]', port: 5 })).toBe('[fe80::1]:5');
  expect(instanceOf({ host: 'fe80::1', port: 5 })).toBe('[fe80::1]:5');
});
