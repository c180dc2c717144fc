import { describe, expect, it } from 'vitest';
import { readArea } from '../config/area.ts';
import { Conf } from '../config/conf.ts';
import { frontendArea } from '../frontend/config.ts';
import type { Frontend } from '../frontend/frontend.ts';
import { advertisedServers } from './advertised-servers.ts';
import { haArea } from './config.ts';

const ports = { THRIFT_BINARY: 10_009, THRIFT_HTTP: 10_010 };

function advertised(settings: Record<string, string>, protocols = Object.keys(ports), canPublish = true) {
  const conf = Conf.of(settings);
  return advertisedServers({
    ha: readArea(haArea, conf),
    frontend: readArea(frontendArea, conf),
    frontends: protocols.map(
      (protocol) => ({ protocol, port: ports[protocol as keyof typeof ports] }) as unknown as Frontend,
    ),
    host: 'gw',
    version: '1',
    authentication: 'NONE',
    canPublish,
  });
}

describe('what a gateway registers', () => {
  it('is its binary frontend in the server space', () => {
    const node = { host: 'gw', port: 10_009, version: '1' };
    expect(advertised({})).toEqual([{ space: '/kyuubi', node }]);
    expect(advertised({ 'kyuubi.ha.namespace': '/a/b/' })).toEqual([{ space: '/a/b', node }]);
    expect(advertised({}, ['THRIFT_HTTP'])).toEqual([]);
  });

  it('is what the setting says', () => {
    const servers = advertised({
      'kyuubi.ha.advertise': 'thrift_binary, THRIFT_HTTP = kyuubi_http',
      'kyuubi.ha.zookeeper.publish.configs': 'true',
      'kyuubi.frontend.thrift.http.path': '/sql/',
    });
    expect(servers.map(({ space, node }) => [space, node.port])).toEqual([
      ['/kyuubi', 10_009],
      ['/kyuubi_http', 10_010],
    ]);
    expect(servers[1]?.node.data?.split(';')).toEqual([
      'hive.server2.thrift.bind.host=gw',
      'hive.server2.transport.mode=http',
      'hive.server2.thrift.http.port=10010',
      'hive.server2.thrift.http.path=sql',
      'hive.server2.use.SSL=false',
      'hive.server2.authentication=NONE',
    ]);
  });

  it('is plain where the plugin cannot publish more', () => {
    const settings = { 'kyuubi.ha.zookeeper.publish.configs': 'true' };
    expect(advertised(settings, undefined, false)[0]?.node).not.toHaveProperty('data');
  });

  it.each([
    ['THRIFT_HTTP', ['THRIFT_BINARY'], 'CONFIG_CONFLICT'],
    ['REST', undefined, 'CONFIG_CONFLICT'],
    ['=kyuubi', undefined, 'CONFIG_INVALID'],
    ['THRIFT_HTTP=', undefined, 'CONFIG_INVALID'],
    ['THRIFT_HTTP=/', undefined, 'CONFIG_INVALID'],
  ])('is not %s', (advertise, protocols, code) => {
    expect(() => advertised({ 'kyuubi.ha.advertise': advertise }, protocols)).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
