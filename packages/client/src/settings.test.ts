import { TProtocolVersion } from '@senbon/hive-thrift';
import { describe, expect, it } from 'vitest';
import type { ConnectOptions } from './connect-options.ts';
import { readSettings } from './settings.ts';
import { parseJdbcUrl } from './url/jdbc-url.ts';

const read = (vars: string, options: ConnectOptions = {}) =>
  readSettings(parseJdbcUrl(`jdbc:hive2://gw:1/${vars}`), options);

describe('readSettings', () => {
  it('has the defaults of the JDBC drivers', () => {
    expect(read('')).toMatchObject({
      user: 'anonymous',
      password: 'anonymous',
      namespace: null,
      retries: 1,
      connectTimeoutMs: 15_000,
      callTimeoutMs: undefined,
      fetchRows: undefined,
      clientProtocol: TProtocolVersion.V10,
      configuration: {},
      initFile: null,
      warnings: [],
    });
  });

  it('lets the URL go before the options', () => {
    const options = { user: 'ann', password: 'x', retries: 2, fetchRows: 5, connectTimeoutMs: 7 };
    expect(read('', options)).toMatchObject(options);
    const vars = ';user=bob;password=y;retries=3;fetchSize=6;connectTimeout=8;socketTimeout=9';
    expect(read(vars, options)).toMatchObject({
      user: 'bob',
      password: 'y',
      retries: 3,
      fetchRows: 6,
      connectTimeoutMs: 8,
      callTimeoutMs: 9,
    });
  });

  it('writes OpenSession as the drivers do', () => {
    const url =
      'lake/sales;fetchSize=10;wmPool=p;ApplicationName=bi;hive.server2.proxy.user=eve?kyuubi.engine.type=DUCKDB#day=1';
    const options = { configuration: { 'kyuubi.x': '1' }, hiveConfs: { a: 'b' }, hiveVars: { c: 'd' } };
    expect(read(url, options).configuration).toEqual({
      'kyuubi.x': '1',
      'set:hiveconf:a': 'b',
      'set:hiveconf:kyuubi.engine.type': 'DUCKDB',
      'set:hivevar:c': 'd',
      'set:hivevar:day': '1',
      'use:catalog': 'lake',
      'use:database': 'sales',
      'set:hivevar:wmpool': 'p',
      'set:hivevar:wmapp': 'bi',
      'hive.server2.proxy.user': 'eve',
      'set:hiveconf:hive.server2.thrift.resultset.default.fetch.size': '10',
    });
    expect(read('', { database: 'd' }).configuration).toEqual({ 'use:database': 'd' });
  });

  it('reads discovery', () => {
    expect(read(';serviceDiscoveryMode=ZOOKEEPER').namespace).toBe('hiveserver2');
    expect(read(';serviceDiscoveryMode=zooKeeper;zooKeeperNamespace=/a/b/').namespace).toBe('a/b');
    expect(read(';serviceDiscoveryMode=none;zooKeeperNamespace=x').namespace).toBeNull();
  });

  const bad: readonly [string, string][] = [
    [
      ';serviceDiscoveryMode=etcd',
      'serviceDiscoveryMode has the invalid value "etcd": it must be one of zooKeeper',
    ],
    [';serviceDiscoveryMode=zooKeeperHA', 'zooKeeperHA is not supported'],
    [';retries=0', 'retries has the invalid value "0"'],
    [';fetchSize=many', 'fetchSize has the invalid value "many"'],
    [';connectTimeout=1.5', 'connectTimeout has the invalid value'],
    [';clientProtocolVersion=99', '0 for V1 to 10 for V11'],
    [';principal=hive/_HOST@R', 'Kerberos is not available here'],
    [';saslQop=auth-conf', 'use ssl=true'],
  ];
  it.each(bad)('refuses %s', (vars, message) => {
    expect(() => read(vars)).toThrow(message);
  });

  it('warns of what has no effect', () => {
    const vars = ';cookieAuth=true;saslQop=auth;http.header.A=b;transportmode=http;kyuubi.engine.type=DUCKDB';
    expect(read(vars).warnings).toEqual([
      'session variable transportmode is ignored: did you mean transportMode?',
      'session variable kyuubi.engine.type is ignored: a setting of the server stands behind ? (as in ?kyuubi.engine.type=...)',
    ]);
  });
});
