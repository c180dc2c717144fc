import { expect, it } from 'vitest';
import { Conf } from '@senbon/core';
import { parseCtlArguments } from './arguments.ts';
import { requestOf } from './request.ts';

const conf = { 'kyuubi.ha.addresses': 'zk:2181' };
const request = (line: string, settings: Record<string, string> = conf) =>
  requestOf(parseCtlArguments(line.split(' ')), Conf.of(settings), 'DUCKDB');

it.each([
  ['list', '/kyuubi'],
  ['list -n /a/b/', '/a/b'],
  ['list engine -u ann', '/kyuubi_senbon-1_USER_DUCKDB/ann/default'],
  ['list engine -u ann -et spark_sql -es x -esl group -v 1.12 -n n', '/n_1.12_GROUP_SPARK_SQL/ann/x'],
])('%s looks at %s', async (line, space) => {
  expect(await request(line)).toMatchObject({ space, addresses: 'zk:2181' });
});

it('takes its defaults from the configuration, older names too', async () => {
  const settings = {
    'kyuubi.ha.zookeeper.quorum': 'zk1,zk2:2222',
    'kyuubi.ha.zookeeper.client.port': '2191',
    'kyuubi.ha.zookeeper.namespace': 'old',
    'kyuubi.engine.type': 'TRINO',
    'kyuubi.engine.share.level.subdomain': 'etl',
  };
  expect(await request('list engine -u ann', settings)).toMatchObject({
    addresses: 'zk1:2191,zk2:2222',
    space: '/old_senbon-1_USER_TRINO/ann/etl',
  });
});

it.each([
  ['list', {}, 'Zookeeper quorum is not specified and no default value to load'],
  ['get', conf, 'Must specify host for service'],
  ['delete -s no-such-host.invalid -p 1', conf, 'Unknown host: no-such-host.invalid'],
  ['delete -s localhost', conf, 'Must specify port for service'],
  ['get -s localhost -p x1', conf, 'Specified port is not a valid integer number: x1'],
  ['get -s localhost -p 0', conf, 'Specified port should be a positive number'],
  ['get -s localhost -p 99999', conf, 'Specified port should be at most 65535'],
  ['list engine -u ann -et BOGUS', conf, 'Unknown engine type: BOGUS. It is one of SPARK_SQL, FLINK_SQL,'],
  ['list engine -u ann -esl BOGUS', conf, 'Unknown engine share level: BOGUS. It is one of '],
  ['get engine -s localhost -p 1', conf, 'Must specify user name for engine, please use -u or --user.'],
  ['undrain', conf, 'Must specify host for service'],
  ['delete -s localhost -p 1 --deadline soon', conf, 'Not a duration: soon. Write it as 10m, 30s or PT10M'],
  ['create server', conf, 'Only support expose Kyuubi server instance to another domain'],
  ['list --output xml', conf, 'Unknown output: xml. It is table or json'],
])('%s: %j fails with %s', async (line, settings, message) => {
  await expect(request(line, settings as Record<string, string>)).rejects.toThrow(message);
});

it.each([
  ['10m', 600_000],
  ['PT30S', 30_000],
  ['1500', 1_500],
  ['1h', 3_600_000],
])('waits at most %s', async (text, deadlineMs) => {
  const made = await request(`delete server -s localhost -p 1 --wait --deadline ${text}`);
  expect(made).toMatchObject({ isWaiting: true, deadlineMs });
});
