import { afterEach, expect, it } from 'vitest';
import { openRequest, TestGateway } from '../testing/test-gateway.ts';

const gateways: TestGateway[] = [];
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.stop();
});

async function start(conf: Record<string, string>, beside?: TestGateway): Promise<TestGateway> {
  const gateway = await TestGateway.create(conf, beside);
  gateways.push(gateway);
  await gateway.gateway.start();
  return gateway;
}

/** Opens so many sessions at once, each on a connection of its own, and waits for their engines. */
async function open(gateway: TestGateway, count: number): Promise<void> {
  const clients = await Promise.all(Array.from({ length: count }, () => gateway.connect()));
  const opened = await Promise.all(clients.map((client) => client.call('OpenSession', openRequest())));
  expect(opened.map(({ status }) => status.statusCode)).toEqual(Array(count).fill(0));
}

function spaces(...from: TestGateway[]): string[] {
  return from.flatMap(({ plugin }) => plugin.launches.map(({ request }) => request.space)).sort();
}

const LEAST = { 'kyuubi.engine.pool.size': '3', 'kyuubi.engine.pool.selectPolicy': 'LEAST_LOADED' };
const member = (n: number) => `/kyuubi_senbon-1_USER_FAKE/alice/engine-pool-${n}`;

it('spreads sessions that open at once over all engines by LEAST_LOADED', async () => {
  const gateway = await start(LEAST);
  await open(gateway, 6);
  await gateway.plugin.launched(3);
  expect(spaces(gateway)).toEqual([member(0), member(1), member(2)]);
  for (const n of [0, 1, 2]) {
    const engine = await gateway.readyEngine(n);
    await engine.until(({ sessions }) => sessions.size === 2);
  }
});

it('counts turns over all gateways by POLLING', async () => {
  const conf = { 'kyuubi.engine.pool.size': '4', 'kyuubi.engine.pool.selectPolicy': 'POLLING' };
  const one = await start(conf);
  const other = await start(conf, one);
  await Promise.all([open(one, 2), open(other, 2)]);
  await Promise.all([one.plugin.launched(2), other.plugin.launched(2)]);
  expect(spaces(one, other)).toEqual([member(0), member(1), member(2), member(3)]);
});
