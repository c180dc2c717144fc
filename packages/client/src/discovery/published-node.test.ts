import { describe, expect, it } from 'vitest';
import { readNode } from './published-node.ts';

const http =
  'hive.server2.thrift.bind.host=h;hive.server2.transport.mode=http;hive.server2.thrift.http.port=10010;' +
  'hive.server2.thrift.http.path=cliservice;hive.server2.use.SSL=true;hive.server2.instance.uri=h:10010';

describe('readNode', () => {
  const nodes: readonly [string, 'binary' | 'http' | null, object | null][] = [
    ['gw:10009', null, { host: 'gw', port: 10009, published: {} }],
    ['[::1]:10009\n', null, { host: '::1', port: 10009, published: {} }],
    [
      'hive.server2.thrift.bind.host=gw;hive.server2.transport.mode=binary;hive.server2.thrift.port=1;hive.server2.authentication=NOSASL',
      null,
      { host: 'gw', port: 1, published: { transportMode: 'binary', auth: 'noSasl' } },
    ],
    [
      http,
      null,
      { host: 'h', port: 10010, published: { transportMode: 'http', httpPath: 'cliservice', ssl: 'true' } },
    ],
    [
      'hive.server2.thrift.http.port=2;hive.server2.thrift.port=1;hive.server2.thrift.bind.host=h;hive.server2.transport.mode=all',
      'http',
      { host: 'h', port: 2, published: { transportMode: 'http' } },
    ],
    [
      'hive.server2.thrift.http.port=2;hive.server2.thrift.port=1;hive.server2.thrift.bind.host=h;hive.server2.transport.mode=all',
      null,
      { host: 'h', port: 1, published: { transportMode: 'binary' } },
    ],
    ['', null, null],
    ['gw', null, null],
    ['gw:0', null, null],
    ['gw:99999', null, null],
    ['a:b:1', null, null],
    ['hive.server2.thrift.port=1', null, null],
    ['hive.server2.thrift.bind.host=gw', null, null],
    ['leader=true', null, null],
  ];
  it.each(nodes)('%s, asked for %s', (data, wanted, expected) => {
    const node = readNode('serverUri=x', data, wanted);
    const shown = node === null ? null : { ...node, published: Object.fromEntries(node.published) };
    expect(shown).toEqual(expected === null ? null : { name: 'serverUri=x', ...expected });
  });
});
