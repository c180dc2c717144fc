import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadDiscoveryPlugin, loadEnginePlugin, loadGroupProvider } from './plugin-loader.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'senbon-plugin-'));
  await mkdir(dir, { recursive: true });
});
afterAll(() => rm(dir, { recursive: true }));

async function moduleOf(source: string): Promise<string> {
  const file = join(dir, `${Math.random().toString(36).slice(2)}.mjs`);
  await writeFile(file, source);
  return pathToFileURL(file).href;
}

it('gives what the package exports', async () => {
  const name = await moduleOf(`export const enginePlugin = { type: 'X' };`);
  expect(await loadEnginePlugin(name)).toEqual({ type: 'X' });
});

it('names package, role and the install line when it is not there', async () => {
  await expect(loadDiscoveryPlugin('@senbon/no-such-plugin')).rejects.toMatchObject({
    code: 'PLUGIN_MISSING',
    message:
      'Plugin package @senbon/no-such-plugin for service discovery cannot be loaded. Install it with: npm install @senbon/no-such-plugin',
  });
});

it("takes Kyuubi's class names", async () => {
  const names = ['zookeeper.ZookeeperDiscoveryClient', 'etcd.EtcdDiscoveryClient'];
  const plugins = names.map((name) => loadDiscoveryPlugin(`org.apache.kyuubi.ha.client.${name}`));
  expect(await Promise.all(plugins)).toMatchObject([{ name: 'zookeeper' }, { name: 'etcd' }]);
});

it('says which export is missing', async () => {
  const name = await moduleOf('export const other = {};');
  await expect(loadEnginePlugin(name)).rejects.toMatchObject({
    code: 'PLUGIN_INVALID',
    message: expect.stringContaining('does not export enginePlugin, which a plugin for engines must'),
  });
});

it('tells why a package that is there does not load', async () => {
  const name = await moduleOf(`throw new Error('no native binding');`);
  await expect(loadEnginePlugin(name)).rejects.toMatchObject({
    code: 'INTERNAL',
    message: expect.stringContaining('no native binding'),
  });
});

it('does not call a package missing that lacks a dependency of its own', async () => {
  const name = await moduleOf(`import 'no-such-native-client'; export const enginePlugin = {};`);
  await expect(loadEnginePlugin(name)).rejects.toMatchObject({
    message: expect.stringContaining('no-such-native-client'),
  });
});

it.each([
  ['user', 'user'],
  ['hadoop', 'os'],
  ['org.apache.kyuubi.session.HadoopGroupProvider', 'os'],
])('has a group provider for %s', async (name, provider) => {
  expect((await loadGroupProvider(name)).name).toBe(provider);
});

it('takes a group provider from a package', async () => {
  const name = await moduleOf(`export const groupProvider = { name: 'ldap' };`);
  expect(await loadGroupProvider(name)).toEqual({ name: 'ldap' });
  await expect(loadGroupProvider('org.example.Groups')).rejects.toMatchObject({ code: 'PLUGIN_MISSING' });
});
