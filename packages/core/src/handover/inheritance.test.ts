import { describe, expect, it } from 'vitest';
import { readArea } from '../config/area.ts';
import { Conf } from '../config/conf.ts';
import { frontendArea } from '../frontend/config.ts';
import { haArea } from '../lifecycle/config.ts';
import { checkInheritance, type Inheritance, parseInheritance } from './inheritance.ts';

const sockets = [
  { protocol: 'THRIFT_BINARY', host: '127.0.0.1', port: 10_009, fd: 4 },
  { protocol: 'THRIFT_HTTP', host: null, port: 10_010, fd: 5, path: 'cliservice' },
];
const space = { namespace: 'kyuubi', addresses: 'zk1:2181,zk2:2181/root' };
const inheritance = {
  sockets,
  space,
  backDoor: '/run/kyuubi-1-calls.sock',
  ownDoor: '/run/kyuubi-1-next.sock',
};
const asBefore = {
  'kyuubi.frontend.thrift.binary.bind.host': '127.0.0.1',
  'kyuubi.ha.addresses': space.addresses,
};

const check =
  (settings: Record<string, string>, handed: Inheritance = inheritance) =>
  () => {
    const conf = Conf.of(settings);
    const { namespace, addresses } = readArea(haArea, conf);
    checkInheritance({ frontend: readArea(frontendArea, conf), namespace, addresses }, handed);
  };

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
    [
      'the same path and namespace, otherwise written',
      { ...asBefore, 'kyuubi.frontend.thrift.http.path': '/cliservice/', 'kyuubi.ha.namespace': '/kyuubi' },
    ],
    ['an ensemble that has changed', { ...asBefore, 'kyuubi.ha.addresses': 'zk3:2181, zk2:2181/root/' }],
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
    [
      { ...asBefore, 'kyuubi.frontend.thrift.http.path': 'sql' },
      /at the path cliservice, and kyuubi\.frontend\.thrift\.http\.path is sql now/,
    ],
    [{ ...asBefore, 'kyuubi.ha.namespace': 'b' }, /the namespace kyuubi, and kyuubi\.ha\.namespace is b now/],
    [
      { ...asBefore, 'kyuubi.ha.addresses': 'zk3:2181/root' },
      /at zk1:2181,zk2:2181\/root, and kyuubi\.ha\.addresses is zk3:2181\/root now/,
    ],
    [{ ...asBefore, 'kyuubi.ha.addresses': 'zk1:2181' }, /kyuubi\.ha\.addresses is zk1:2181 now/],
    [{}, /at the address 127\.0\.0\.1, and .*binary\.bind\.host is unset/],
    [{ ...asBefore, 'kyuubi.frontend.protocols': 'THRIFT_BINARY' }, /THRIFT_HTTP, which is not among/],
  ])('is not taken with %j', (conf, problem) => {
    expect(check(conf)).toThrow(problem);
  });

  it('is taken from a version that does not tell all of it', () => {
    const older = sockets.map(({ protocol, host, port, fd }) => ({ protocol, host, port, fd }));
    const conf = { ...asBefore, 'kyuubi.frontend.thrift.http.path': 'sql', 'kyuubi.ha.namespace': 'b' };
    expect(check(conf, { sockets: older, backDoor: 'a', ownDoor: 'b' })).not.toThrow();
  });

  it('is one etcd when an address is the same', () => {
    const handed = {
      ...inheritance,
      space: { namespace: 'kyuubi', addresses: 'http://a:2379,http://b:2379' },
    };
    expect(check({ ...asBefore, 'kyuubi.ha.addresses': 'http://b:2379' }, handed)).not.toThrow();
    expect(check({ ...asBefore, 'kyuubi.ha.addresses': 'http://c:2379' }, handed)).toThrow(
      /names none of these/,
    );
  });
});
