import { expect, it } from 'vitest';
import { publishedConfigs } from './published-data.ts';

it('is the list that Hive drivers read', () => {
  const data = publishedConfigs({
    mode: 'binary',
    host: 'gw',
    port: 10_009,
    authentication: 'NONE',
    saslQop: 'auth',
  });
  // The drivers' own expression.
  const pairs = [...data.matchAll(/([^=;]*)=([^;]*);?/g)].map(([, key, value]) => [key, value]);
  expect(Object.fromEntries(pairs)).toEqual({
    'hive.server2.thrift.bind.host': 'gw',
    'hive.server2.transport.mode': 'binary',
    'hive.server2.thrift.port': '10009',
    'hive.server2.thrift.sasl.qop': 'auth',
    'hive.server2.authentication': 'NONE',
  });
});
