import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { escapeProperty, propertiesText, sparkConfs, sparkDefaults } from './properties.ts';
import { serverSettings } from './server-settings.ts';

it('writes what java.util.Properties reads', () => {
  expect(escapeProperty('a b:c=d#e', true)).toBe('a\\ b\\:c\\=d\\#e');
  expect(escapeProperty(' lead=in\\g\nline\té🦊', false)).toBe(
    '\\ lead=in\\\\g\\nline\\t\\u00e9\\ud83e\\udd8a',
  );
});

it('puts ours behind the defaults, with a line between that ends theirs', () => {
  expect(propertiesText('spark.a 1\\', new Map([['spark.b', '2']]))).toBe('spark.a 1\\\n\nspark.b=2\n');
});

it('takes Spark’s confs, and Hadoop’s under Spark’s prefix', () => {
  const conf = new Map([
    ['spark.x', '1'],
    ['hadoop.y', '2'],
    ['kyuubi.z', '3'],
  ]);
  expect(Object.fromEntries(sparkConfs(conf))).toEqual({ 'spark.x': '1', 'spark.hadoop.hadoop.y': '2' });
});

it('reads the defaults anew, from SPARK_CONF_DIR where that is set', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'senbon-spark-'));
  onTestFinished(async () => rm(dir, { recursive: true }));
  expect(await sparkDefaults(dir, {})).toBe('');
  await mkdir(join(dir, 'conf'));
  await writeFile(join(dir, 'conf', 'spark-defaults.conf'), 'spark.a 1');
  expect(await sparkDefaults(dir, {})).toBe('spark.a 1');
  await writeFile(join(dir, 'spark-defaults.conf'), 'spark.a 2');
  expect(await sparkDefaults('/nowhere', { SPARK_CONF_DIR: dir })).toBe('spark.a 2');
});

const input = {
  home: { path: '/spark', version: '3.5.8', connectJar: '/connect.jar' },
  conf: new Map([['spark.connect.grpc.binding.address', '0.0.0.0']]),
  defaults: 'spark.jars = /theirs.jar\nspark.connect.grpc.interceptor.classes   their.Interceptor\n',
  appName: 'app',
  host: '127.0.0.1',
  port: 4,
};

it('has a Spark 3 guarded by a class of ours, beside what the defaults load', () => {
  const { confs, env, token } = serverSettings(input);
  expect(confs.get('spark.jars')).toMatch(/^\/theirs\.jar,\/connect\.jar,\/.*connect-guard\.jar$/);
  expect(confs.get('spark.connect.grpc.interceptor.classes')).toBe('senbon.ConnectGuard,their.Interceptor');
  expect(confs.get('spark.connect.grpc.binding.address')).toBe('127.0.0.1');
  expect(env).toEqual({ SPARK_HOME: '/spark', SENBON_CONNECT_TOKEN: token });
  expect([...confs.values()].join()).not.toContain(token);
});

it('has a Spark 4 guard itself', () => {
  const home = { path: '/spark', version: '4.0.1', connectJar: null };
  const { confs, env, token } = serverSettings({ ...input, home, defaults: '', conf: new Map() });
  expect(confs.has('spark.jars')).toBe(false);
  expect(confs.has('spark.connect.grpc.interceptor.classes')).toBe(false);
  expect(env).toEqual({ SPARK_HOME: '/spark', SPARK_CONNECT_AUTHENTICATE_TOKEN: token });
});
