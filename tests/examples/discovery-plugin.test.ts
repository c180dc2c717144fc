import { connect } from '@senbon/client';
import { type DiscoveryPlugin, loadDiscoveryPlugin, silentLogger } from '@senbon/core';
import { discoverySuite, tempDir } from '@senbon/testkit';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { runCtl } from '../ctl/run-ctl.ts';
import { startGateway } from '../support/gateway.ts';

const PACKAGE = 'senbon-example-discovery';
const supports = { publishedConfigs: true, acl: false, expireSession: false };

discoverySuite({
  name: 'examples/discovery-plugin',
  runner: { afterAll, beforeAll, describe, it },
  supports,
  start: async () => {
    const dir = await tempDir('example');
    const plugin: DiscoveryPlugin = await loadDiscoveryPlugin(PACKAGE);
    const options = {
      sessionTimeoutMs: 1_000,
      connectTimeoutMs: 1_000,
      conf: new Map(),
      logger: silentLogger,
    };
    return { plugin, options: { ...options, addresses: dir.path }, stop: () => dir.remove() };
  },
});

test('a gateway and its engine find each other by it, and kyuubi-ctl finds both', async () => {
  await using dir = await tempDir('example');
  const ha = { 'kyuubi.ha.client.class': PACKAGE, 'kyuubi.ha.addresses': dir.path };
  const conf = { ...ha, 'kyuubi.engine.frontend.bind.host': '127.0.0.1' };
  const { gateway, home } = await startGateway({ conf });
  try {
    const connection = await connect(gateway.urls.binary, { user: 'anna', password: 'any' });
    const result = await connection.query('SELECT 42 AS n');
    for await (const row of result.objects()) expect(row).toEqual({ n: 42 });
    await connection.close();
    const confs = Object.entries(ha).flatMap(([key, value]) => ['--conf', `${key}=${value}`]);
    const list = async (...what: string[]): Promise<unknown> =>
      JSON.parse((await runCtl(dir.path, 'list', ...what, '--output', 'json', ...confs)).out);
    expect(await list('server')).toMatchObject([gateway.binary]);
    expect(await list('engine', '--user', 'anna')).toHaveLength(1);
    await gateway.stop();
    expect(await list('server')).toEqual([]);
  } finally {
    await home.close();
  }
}, 60_000);
