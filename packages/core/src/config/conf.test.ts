import { expect, it } from 'vitest';
import { Conf } from './conf.ts';

it('lets later layers win and remembers where a value came from', () => {
  const conf = Conf.of({ a: '1', b: '2' }, 'file').merge(Conf.of({ b: '3' }, '--conf'));
  expect(conf.find('a')).toEqual({ key: 'a', value: '1', source: 'file' });
  expect(conf.find('b')).toEqual({ key: 'b', value: '3', source: '--conf' });
  expect(conf.with({ a: '4' }, 'the session').find('a')?.source).toBe('the session');
  expect(conf.get('a')).toBe('1');
});

it('finds a key under its older name, and prefers the present one', () => {
  const quorum = Conf.of({ 'kyuubi.ha.zookeeper.quorum': 'old:2181' });
  expect(quorum.find('kyuubi.ha.addresses')).toMatchObject({
    key: 'kyuubi.ha.zookeeper.quorum',
    value: 'old:2181',
  });
  expect(quorum.with({ 'kyuubi.ha.addresses': 'new:2181' }, 'x').get('kyuubi.ha.addresses')).toBe('new:2181');
  expect(Conf.of({}).find('kyuubi.ha.addresses')).toBeNull();
});

it.each([
  ['kyuubi.frontend.bind.port', 'kyuubi.frontend.thrift.binary.bind.port'],
  ['kyuubi.frontend.bind.host', 'kyuubi.frontend.thrift.http.bind.host'],
  ['kyuubi.session.engine.share.level', 'kyuubi.engine.share.level'],
  ['kyuubi.engine.share.level.sub.domain', 'kyuubi.engine.share.level.subdomain'],
  ['kyuubi.session.timeout', 'kyuubi.session.idle.timeout'],
  ['kyuubi.ha.zookeeper.namespace', 'kyuubi.ha.namespace'],
  ['kyuubi.zookeeper.embedded.port', 'kyuubi.zookeeper.embedded.client.port'],
  ['hive.server2.thrift.resultset.default.fetch.size', 'kyuubi.server.thrift.resultset.default.fetch.size'],
])('takes %s for %s', (older, present) => {
  expect(Conf.of({ [older]: 'x' }).get(present)).toBe('x');
});
