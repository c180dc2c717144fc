import { Conf, type Gateway } from '@senbon/core';
import { TTypeId } from '@senbon/hive-thrift';
import { afterEach, expect, it } from 'vitest';
import { FakeHiveServer, type FakeServerOptions } from '../../client/src/testing/fake-hive-server.ts';
import { selfCheck } from './self-check.ts';

const servers: FakeHiveServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const greeting = {
  columns: [
    { name: 'greeting', type: TTypeId.STRING },
    { name: 'one', type: TTypeId.INT },
  ],
  rows: [['Hello from Senbon', 1]],
};

async function gatewayWith(options: FakeServerOptions): Promise<Pick<Gateway, 'frontends'>> {
  const server = await FakeHiveServer.start(options);
  servers.push(server);
  const protocol = options.transport === 'http' ? 'THRIFT_HTTP' : 'THRIFT_BINARY';
  const url = `jdbc:hive2://gateway:${server.port}/`;
  return { frontends: [{ protocol, port: server.port, url } as Gateway['frontends'][number]] };
}

it.each(['binary', 'nosasl', 'http'] as const)('shows the row and the URLs, over %s', async (transport) => {
  const gateway = await gatewayWith({ transport, statement: () => greeting });
  const conf = Conf.of({
    'kyuubi.authentication': transport === 'nosasl' ? 'NOSASL' : 'NONE',
    'kyuubi.ha.namespace': 'here',
  });
  const lines = await selfCheck(gateway, conf, 'zk:2181');
  expect(lines).toContain('  Hello from Senbon | 1');
  expect(lines).toContain(`  jdbc:hive2://gateway:${gateway.frontends[0]?.port}/`);
  expect(lines).toContain('  jdbc:hive2://zk:2181/;serviceDiscoveryMode=zooKeeper;zooKeeperNamespace=here');
});

it('names the ensemble when there is one', async () => {
  const gateway = await gatewayWith({ statement: () => greeting });
  const lines = await selfCheck(gateway, Conf.of({ 'kyuubi.ha.addresses': 'zk1,zk2' }), null);
  expect(lines.join('\n')).toContain('jdbc:hive2://zk1,zk2/;serviceDiscoveryMode=zooKeeper');
});

it.each([
  ['the statement fails', { error: { message: 'no such engine', sqlState: 'HY000' } }, 'no such engine'],
  ['there is no row', { columns: greeting.columns, rows: [] }, 'got 0 rows instead of one'],
])('fails when %s', async (_what, statement, text) => {
  const gateway = await gatewayWith({ statement: () => statement });
  await expect(selfCheck(gateway, Conf.of({}), null)).rejects.toThrow(text);
});
