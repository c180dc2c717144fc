import { freePort } from '@senbon/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Installation } from '../support/installation.ts';
import { startZooKeeper } from '../support/zookeeper.ts';

let zooKeeper: Awaited<ReturnType<typeof startZooKeeper>>;
let installation: Installation;
let restPort: number;

beforeAll(async () => {
  zooKeeper = await startZooKeeper();
  restPort = await freePort();
  installation = await Installation.create({
    'kyuubi.ha.addresses': zooKeeper.addresses,
    'kyuubi.frontend.protocols': 'THRIFT_BINARY,REST',
    'kyuubi.frontend.thrift.binary.bind.port': String(await freePort()),
    'kyuubi.frontend.rest.bind.port': String(restPort),
    'kyuubi.server.administrators': 'ann',
  });
});

afterAll(async () => {
  expect(await installation.close()).toEqual([]);
  await zooKeeper[Symbol.asyncDispose]();
});

const ask = async (path: string): Promise<string> => {
  const authorization = `Basic ${Buffer.from('ann:x').toString('base64')}`;
  const response = await fetch(`http://127.0.0.1:${restPort}/api/v1/${path}`, { headers: { authorization } });
  return response.text();
};

test('the REST frontend is handed over with the others', { timeout: 120_000 }, async () => {
  expect(await installation.sh('bin/kyuubi start')).toMatchObject({ code: 0 });
  expect(await ask('ping')).toBe('pong');
  const old = await installation.pid();
  // Nobody may be refused meanwhile.
  let isOver = false;
  const pings = (async () => {
    while (!isOver) expect(await ask('ping')).toBe('pong');
  })();
  expect(await installation.sh('bin/kyuubi upgrade')).toMatchObject({ code: 0, err: '' });
  expect(await installation.pid()).not.toBe(old);
  expect(JSON.parse(await ask('admin/drain'))).toMatchObject({ state: 'running', drain: null });
  isOver = true;
  await pings;
  expect(await installation.sh('bin/kyuubi stop')).toMatchObject({ code: 0 });
});
