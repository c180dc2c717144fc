import { describe, expect, it } from 'vitest';
import { encodeNodeData, parseNodeData } from './node-data.ts';

describe('parseNodeData', () => {
  it.each([
    ['host:10009', { host: 'host', port: 10_009 }],
    [' host.example:1 \n', { host: 'host.example', port: 1 }],
    ['[::1]:10009', { host: '::1', port: 10_009 }],
    ['10.0.0.1:65535', { host: '10.0.0.1', port: 65_535 }],
    [
      'hive.server2.thrift.bind.host=h;hive.server2.transport.mode=binary;hive.server2.thrift.port=10009;hive.server2.thrift.sasl.qop=auth',
      { host: 'h', port: 10_009 },
    ],
    [
      'hive.server2.thrift.http.port=10010;hive.server2.thrift.bind.host=h;hive.server2.thrift.http.path=cliservice',
      { host: 'h', port: 10_010 },
    ],
    [
      'hive.server2.thrift.http.port=2;hive.server2.thrift.port=1;hive.server2.thrift.bind.host=h',
      { host: 'h', port: 1 },
    ],
  ])('%s', (text, instance) => {
    expect(parseNodeData(Buffer.from(text))).toEqual(instance);
  });

  it.each([
    '',
    'host',
    'host:',
    ':10009',
    'host:0',
    'host:65536',
    'host:1e3',
    'host:-1',
    'a:b:1',
    'a b:1',
    'http://h:1',
    'hive.server2.thrift.port=1',
    'hive.server2.thrift.bind.host=h',
    'hive.server2.thrift.bind.host=h;hive.server2.thrift.port=x',
    '{"registration":"json"}',
    'created by zk-mkdir-p',
  ])('%j is no instance', (text) => {
    expect(parseNodeData(Buffer.from(text))).toBeNull();
  });
});

it('encodeNodeData writes host:port, or what was given', () => {
  const spec = { host: 'h', port: 10_009, version: '1' };
  expect(encodeNodeData(spec).toString()).toBe('h:10009');
  expect(encodeNodeData({ ...spec, data: 'k=v' }).toString()).toBe('k=v');
});
