import { describe, expect, it } from 'vitest';
import { ClientError } from '../client-error.ts';
import { describeUrl, type JdbcUrl, parseJdbcUrl } from './jdbc-url.ts';

const empty = { catalog: null, database: null, sessionVars: {}, hiveConfs: {}, hiveVars: {} };

function plain(url: JdbcUrl) {
  return {
    ...url,
    sessionVars: Object.fromEntries(url.sessionVars),
    hiveConfs: Object.fromEntries(url.hiveConfs),
    hiveVars: Object.fromEntries(url.hiveVars),
  };
}

describe('parseJdbcUrl', () => {
  const good: readonly [string, Partial<ReturnType<typeof plain>>][] = [
    ['jdbc:hive2://', { hosts: [{ host: 'localhost', port: null }] }],
    ['jdbc:kyuubi://gw:10009', { hosts: [{ host: 'gw', port: 10009 }] }],
    ['  JDBC:HIVE2://gw:10009/  ', { hosts: [{ host: 'gw', port: 10009 }] }],
    ['jdbc:hive2://gw/sales', { hosts: [{ host: 'gw', port: null }], database: 'sales' }],
    ['jdbc:hive2:///sales', { hosts: [{ host: 'localhost', port: null }], database: 'sales' }],
    [
      'jdbc:hive2://gw/lake/sales',
      { hosts: [{ host: 'gw', port: null }], catalog: 'lake', database: 'sales' },
    ],
    ['jdbc:hive2://[::1]:10009/', { hosts: [{ host: '::1', port: 10009 }] }],
    ['jdbc:hive2://[fe80::1]/', { hosts: [{ host: 'fe80::1', port: null }] }],
    [
      'jdbc:hive2://zk1:2181,zk2,zk3:2183/;serviceDiscoveryMode=zooKeeper;zooKeeperNamespace=kyuubi',
      {
        hosts: [
          { host: 'zk1', port: 2181 },
          { host: 'zk2', port: null },
          { host: 'zk3', port: 2183 },
        ],
        sessionVars: { serviceDiscoveryMode: 'zooKeeper', zooKeeperNamespace: 'kyuubi' },
      },
    ],
    [
      'jdbc:hive2://gw:10010/d;transportMode=http;httpPath=cliservice;?a.b=1;c=x=y#v=1',
      {
        hosts: [{ host: 'gw', port: 10010 }],
        database: 'd',
        sessionVars: { transportMode: 'http', httpPath: 'cliservice' },
        hiveConfs: { 'a.b': '1', c: 'x=y' },
        hiveVars: { v: '1' },
      },
    ],
    [
      'jdbc:hive2://gw;user=a%3Bb;password=p%25%23?k=%C3%BC',
      {
        hosts: [{ host: 'gw', port: null }],
        sessionVars: { user: 'a;b', password: 'p%#' },
        hiveConfs: { k: 'ü' },
      },
    ],
    ['jdbc:hive2://gw/#x=1', { hosts: [{ host: 'gw', port: null }], hiveVars: { x: '1' } }],
    ['jdbc:hive2://gw/?k=', { hosts: [{ host: 'gw', port: null }], hiveConfs: { k: '' } }],
    ['jdbc:hive2://gw/?k=1;k=1', { hosts: [{ host: 'gw', port: null }], hiveConfs: { k: '1' } }],
    [
      'jdbc:hive2://gw/d?hive.server2.transport.mode=http;hive.server2.thrift.http.path=hs2',
      {
        hosts: [{ host: 'gw', port: null }],
        database: 'd',
        sessionVars: { transportMode: 'http', httpPath: 'hs2' },
      },
    ],
  ];
  it.each(good)('%s', (text, expected) => {
    expect(plain(parseJdbcUrl(text))).toEqual({ ...empty, ...expected });
  });

  const bad: readonly [string, number, string][] = [
    ['', 1, 'must begin with jdbc:hive2://'],
    ['jdbc:mysql://gw', 1, 'must begin with jdbc:hive2://'],
    ['jdbc:hive2:/gw', 1, 'must begin with jdbc:hive2://'],
    ['jdbc:hive2://gw:0/', 14, 'a port is a number from 1 to 65535'],
    ['jdbc:hive2://gw:70000/', 14, 'a port is a number'],
    ['jdbc:hive2://gw:/', 14, 'a port is a number'],
    ['jdbc:hive2://gw:http/', 14, 'not host:port'],
    ['jdbc:hive2://::1:10009/', 14, 'IPv6'],
    ['jdbc:hive2://a:1,,b:1/', 18, 'a host is missing'],
    ['jdbc:hive2://ann@gw/', 14, 'a user does not stand before the host'],
    ['jdbc:hive2://gw/a/b/c', 17, '/catalog/database'],
    ['jdbc:hive2://gw/d;ssl', 19, 'not key=value'],
    ['jdbc:hive2://gw/d;=1', 19, 'the key before = is missing'],
    ['jdbc:hive2://gw/d;ssl=true;ssl=true', 28, 'ssl has a value already'],
    ['jdbc:hive2://gw/?a=1;a=2', 22, 'a has a value already'],
    ['jdbc:hive2://gw/d%zz', 17, 'escape'],
    ['jdbc:hive2://gw/;user=50%', 18, 'escape'],
  ];
  it.each(bad)('refuses %s at %i: %s', (text, position, problem) => {
    expect(() => parseJdbcUrl(text)).toThrow(ClientError);
    expect(() => parseJdbcUrl(text)).toThrow(problem);
    expect(() => parseJdbcUrl(text)).toThrow(`at character ${position},`);
  });

  it.each([
    ';password=s3cret;password=s3cret',
    ';password=s3cret%',
    '; password=s3c%ret',
    ';http.header.Token=s3cret%',
    ';zooKeeperTruststorePassword=s3cret%',
    ';password=ab;s3cret',
    ';a=1;=s3cret',
    '?spark.hadoop.fs.s3a.secret.key=s3cret;spark.hadoop.fs.s3a.secret.key=s3cret2',
    '#token=s3cret%',
  ])('shows no value in the error of %s', (text) => {
    expect(() => parseJdbcUrl(`jdbc:hive2://gw/${text}`)).toThrow('***');
    expect(() => parseJdbcUrl(`jdbc:hive2://gw/${text}`)).not.toThrow(/s3c/);
  });

  it.each([
    'jdbc:hive2://ann:s3cret@gw/',
    'jdbc:hive2://ann:s3cret@gw:10009/d;ssl=true',
    'jdbc:hive2://ann:s3cret/x@gw/a/b/c',
    'jdbc:hive2://ann:s3cret;x@gw/',
    'jdbc:hive2://ann:s3cret?x@gw/',
    'jdbc:hive2://ann:s3cret?x=1@gw/',
    'hive2://ann:s3cret@gw/',
    'ann:s3cret@gw',
    `jdbc:hive2://ann:s3cret@gw/${'x'.repeat(70_000)}`,
  ])('shows no password that stands before the host: %.40s', (text) => {
    expect(() => parseJdbcUrl(text)).toThrow(ClientError);
    expect(() => parseJdbcUrl(text)).not.toThrow(/s3c/);
  });

  it('shows what cannot be secret', () => {
    expect(() => parseJdbcUrl('jdbc:hive2://gw:http/')).toThrow('"gw:http"');
    expect(() => parseJdbcUrl('jdbc:mysql://gw')).toThrow('"jdbc:mysql://"');
    expect(() => parseJdbcUrl('jdbc:hive2://gw/; ssl =%')).toThrow('"ssl=***"');
  });

  it('refuses a URL without end', () => {
    expect(() => parseJdbcUrl(`jdbc:hive2://gw/;a=${'x'.repeat(70_000)}`)).toThrow('longer than 65536');
  });
});

describe('describeUrl', () => {
  it('names hosts and database only', () => {
    const url = parseJdbcUrl('jdbc:kyuubi://a:1,[::1]:2/c/d;password=x?k=v#w=x');
    expect(describeUrl(url)).toBe('jdbc:hive2://a:1,[::1]:2/c/d');
    expect(describeUrl(parseJdbcUrl('jdbc:hive2://a'))).toBe('jdbc:hive2://a/');
  });
});
