import { localIp } from '@senbon/core';
import { TStatusCode } from '@senbon/hive-thrift';
import { expect, it } from 'vitest';
import { EngineFixture, SPACE } from './testing/engine-fixture.ts';

it('runs a query from connect to close', async () => {
  const fixture = await EngineFixture.start();
  const [node] = [...fixture.discovery.nodes.values()];
  expect(node).toMatchObject({
    space: SPACE,
    spec: { host: '127.0.0.1', port: fixture.engine.port, version: '9.9.9', refId: 'ref-1' },
  });

  const client = await fixture.connect();
  const opened = await client.openRaw();
  expect(opened.status.statusCode).toBe(TStatusCode.SUCCESS);
  expect(Object.fromEntries(opened.configuration ?? [])).toMatchObject({
    'kyuubi.engine.id': `fake-${process.pid}`,
    'kyuubi.engine.url': `127.0.0.1:${fixture.engine.port}`,
    'hive.server2.thrift.resultset.default.fetch.size': '1000',
  });
  const session = await client.open();
  const operation = await client.run(session, 'SELECT 3');
  expect(operation.hasResultSet).toBe(true);
  expect(await client.columns(operation)).toMatchObject([{ columnName: 'n', position: 1 }]);
  expect(await client.fetch(operation)).toEqual({
    startRow: 0,
    hasMoreRows: false,
    rows: [[0n], [1n], [2n]],
    columnCount: 1,
  });
  expect(await client.fetch(operation)).toMatchObject({ startRow: 3, rows: [], columnCount: 1 });
  await client.close(operation);
  await client.closeSession(session);
});

it.each([
  [{ 'kyuubi.frontend.thrift.binary.bind.host': '127.0.0.2' }, '127.0.0.2'],
  [
    {
      'kyuubi.frontend.thrift.binary.bind.host': '127.0.0.2',
      'kyuubi.frontend.advertised.host': '127.0.0.3',
    },
    '127.0.0.3',
  ],
  [
    {
      'kyuubi.frontend.thrift.binary.bind.host': '0.0.0.0',
      'kyuubi.frontend.connection.url.use.hostname': 'false',
    },
    localIp(),
  ],
])('registers an address where it can be reached: %j', async (conf, host) => {
  const fixture = await EngineFixture.start({ conf });
  expect(fixture.engine.host).toBe(host);
  const [node] = [...fixture.discovery.nodes.values()];
  expect(node?.spec).toMatchObject({ host, port: fixture.engine.port });
});

it('is called and registered as its executor says', async () => {
  const fixture = await EngineFixture.start({
    prepare: (executor) =>
      Object.assign(executor.info, { engineId: 'app-7', attributes: new Map([['memory', '1g']]) }),
  });
  const [node] = [...fixture.discovery.nodes.values()];
  expect(node?.spec.attributes).toEqual({ memory: '1g', 'kyuubi.engine.id': 'app-7' });
  const opened = await (await fixture.connect()).openRaw();
  expect(opened.configuration?.get('kyuubi.engine.id')).toBe('app-7');
});
