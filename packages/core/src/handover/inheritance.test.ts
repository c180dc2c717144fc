import { describe, expect, it } from 'vitest';
import { readArea } from '../config/area.ts';
import { Conf } from '../config/conf.ts';
import { frontendArea } from '../frontend/config.ts';
import { checkInheritance, parseInheritance } from './inheritance.ts';

const sockets = [
  { protocol: 'THRIFT_BINARY', host: '127.0.0.1', port: 10_009, fd: 4 },
  { protocol: 'THRIFT_HTTP', host: null, port: 10_010, fd: 5 },
];
const inheritance = { sockets, backDoor: '/run/kyuubi-1-calls.sock', ownDoor: '/run/kyuubi-1-next.sock' };
const asBefore = { 'kyuubi.frontend.thrift.binary.bind.host': '127.0.0.1' };

const check = (conf: Record<string, string>) => () =>
  checkInheritance(readArea(frontendArea, Conf.of(conf)), inheritance);

describe('what a gateway hands over', () => {
  it('is read from a command line', () => {
    expect(parseInheritance(JSON.stringify(inheritance))).toEqual(inheritance);
  });

  it.each(['', '{}', '{"sockets":[{"protocol":"THRIFT_BINARY"}],"backDoor":"x"}', 'null'])(
    'is refused when it is %j',
    (text) => {
      expect(() => parseInheritance(text)).toThrow(/Cannot take the place of the running gateway/);
    },
  );

  it.each([
    ['the same ports', asBefore],
    ['any ports', { ...asBefore, 'kyuubi.frontend.thrift.binary.bind.port': '0' }],
    [
      'frontends in another order',
      { ...asBefore, 'kyuubi.frontend.protocols': 'thrift_http, thrift_binary' },
    ],
  ])('is taken with %s', (_what, conf) => {
    expect(check(conf)).not.toThrow();
  });

  it.each([
    [
      { ...asBefore, 'kyuubi.frontend.thrift.http.bind.port': '10011' },
      /port 10010, and .*http\.bind\.port is 10011/,
    ],
    [{}, /at the address 127\.0\.0\.1, and .*binary\.bind\.host is unset/],
    [{ ...asBefore, 'kyuubi.frontend.protocols': 'THRIFT_BINARY' }, /THRIFT_HTTP, which is not among/],
  ])('is not taken with %j', (conf, problem) => {
    expect(check(conf)).toThrow(problem);
  });
});
