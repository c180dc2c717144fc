import { expect, it } from 'vitest';
import { readArea } from '../config/area.ts';
import { Conf } from '../config/conf.ts';
import { engineAddressArea } from './config.ts';
import { engineAddressConf, isLoopbackOnly } from './engine-address.ts';

const confOf = (server: Record<string, string>, isLocal: boolean) =>
  Object.fromEntries(engineAddressConf(readArea(engineAddressArea, Conf.of(server)), isLocal));

it.each([
  ['127.0.0.1:2181', true],
  ['localhost:2181,[::1]:2181,127.0.0.2/chroot', true],
  ['http://127.0.0.1:2379,https://localhost:2379', true],
  ['http://127.0.0.1:2379,http://etcd2:2379', false],
  ['zk1:2181', false],
  ['127.0.0.1:2181,10.0.0.1:2181', false],
  ['127.0.0.1.example.org:2181', false],
  ['[fe80::1]:2181', false],
])('%s is loopback only: %s', (addresses, isOnly) => {
  expect(isLoopbackOnly(addresses)).toBe(isOnly);
});

it('keeps engines on loopback where nobody is on another host', () => {
  expect(confOf({}, true)).toEqual({
    'kyuubi.frontend.thrift.binary.bind.host': '127.0.0.1',
    'kyuubi.frontend.connection.url.use.hostname': 'true',
  });
});

it('lets gateways on other hosts of an ensemble reach them', () => {
  expect(confOf({}, false)).toMatchObject({
    'kyuubi.frontend.thrift.binary.bind.host': '0.0.0.0',
  });
});

it('does what the administrator says', () => {
  const server = {
    'kyuubi.engine.frontend.bind.host': '10.0.0.7',
    'kyuubi.engine.frontend.advertised.host': 'engines.example.org',
    'kyuubi.engine.connection.url.use.hostname': 'false',
  };
  expect(confOf(server, false)).toEqual({
    'kyuubi.frontend.thrift.binary.bind.host': '10.0.0.7',
    'kyuubi.frontend.connection.url.use.hostname': 'false',
    'kyuubi.frontend.advertised.host': 'engines.example.org',
  });
});
