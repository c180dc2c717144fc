import { type RealEtcd, startEtcd } from '@senbon/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { etcdBinDir } from '../support/debs.ts';
import { type Gateway, GatewayHome } from '../support/gateway.ts';
import { type Client, openSession, query } from '../support/hive.ts';
import { runCtl } from './run-ctl.ts';

let etcd: RealEtcd;
let home: GatewayHome;
let gateway: Gateway;
let session: Client;
let conf: Record<string, string>;

beforeAll(async () => {
  etcd = await startEtcd({ members: 1, binDir: await etcdBinDir() });
  home = await GatewayHome.create();
  conf = {
    'kyuubi.ha.addresses': etcd.members.map(({ address }) => `http://${address}`).join(','),
    'kyuubi.ha.client.class': '@senbon/discovery-etcd',
    'kyuubi.server.drain.deadline': 'PT10M',
  };
  gateway = await home.start({ conf });
  session = await openSession(gateway.binary, 'ann');
});

afterAll(async () => {
  await home.close();
  await etcd.stop();
});

const ctl = (command: string) => {
  const { host, port } = gateway.binary;
  const settings = Object.entries(conf).flatMap(([key, value]) => ['--conf', `${key}=${value}`]);
  return runCtl(home.dir, ...command.split(' '), '-s', host, '-p', String(port), ...settings);
};

const keys = async (prefix: string) => (await etcd.ctl('get', '--prefix', '--keys-only', prefix)).trim();

test('a drain on etcd is shown, undone, and ended by a deadline', async () => {
  const waiting = ctl('delete server --wait');
  await gateway.waitForLine(/running -> draining/);
  await expect
    .poll(() => keys('/kyuubi_drain/'))
    .toBe(`/kyuubi_drain/${gateway.binary.host}:${gateway.binary.port}`);
  expect(await query(session.session, 'select 1')).toEqual([[1]]);
  expect(await ctl('undrain server')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/ Etcd service nodes[^]*1 row\(s\)/),
  });
  expect(await waiting).toMatchObject({
    code: 4,
    out: expect.stringContaining('1 session(s) are open: ann 1'),
  });
  expect(await ctl('delete server --wait --deadline 1s')).toMatchObject({
    code: 0,
    out: expect.stringContaining('has gone'),
  });
  expect(await ctl('delete server --wait')).toMatchObject({ code: 5 });
  await gateway.stop();
  expect(gateway.log()).toContain('cut off, of ann (1)');
  expect(await keys('/kyuubi_drain')).toBe('');
  expect(await keys('/kyuubi_load')).toBe('');
  await session.close().catch(() => {});
});
