import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { engineNodes } from '../support/engine-nodes.ts';
import { type Address, type Gateway, GatewayHome } from '../support/gateway.ts';
import { type Client, OPEN_TIMEOUT_MS, openSession, query } from '../support/hive.ts';
import { startZooKeeper } from '../support/zookeeper.ts';

let home: GatewayHome;

beforeEach(async () => {
  home = await GatewayHome.create();
});

afterEach(async () => {
  await home.close();
});

interface Visit {
  readonly gateway: Gateway;
  readonly user: string;
  readonly conf?: Readonly<Record<string, string>>;
}

/** Opens all sessions at once, and asks each for a row while all are open. */
async function visit(visits: readonly Visit[]): Promise<void> {
  const opening = visits.map(({ gateway, user, conf }) => openSession(gateway.binary, user, conf));
  const clients: Client[] = await Promise.all(opening);
  const answers = clients.map(({ session }, at) => query(session, `SELECT ${at}`));
  expect(await Promise.all(answers)).toEqual(clients.map((_, at) => [[at]]));
  await Promise.all(clients.map((client) => client.close()));
}

function times(count: number, of: Visit): Visit[] {
  return Array.from({ length: count }, () => of);
}

/** `USER_DUCKDB/anna/default`, by engine. */
async function spaces(zooKeeper: Address | undefined): Promise<string[]> {
  if (zooKeeper === undefined) throw new Error('no embedded ZooKeeper');
  const nodes = await engineNodes(zooKeeper);
  return nodes.map((node) => node.replace(/^\/kyuubi_[^_]*_/, '').replace(/\/[^/]*$/, '')).toSorted();
}

const pooled = (policy: string) => ({
  'kyuubi.engine.pool.size': '2',
  'kyuubi.engine.pool.selectPolicy': policy,
});
const BOTH = ['USER_DUCKDB/anna/engine-pool-0', 'USER_DUCKDB/anna/engine-pool-1'];

test(
  'sessions of a user that open at once use both engines of a pool of two',
  async () => {
    const gateway = await home.start({ conf: pooled('LEAST_LOADED') });
    await visit(times(20, { gateway, user: 'anna' }));
    expect(await spaces(gateway.zooKeeper)).toEqual(BOTH);
    expect(home.engines()).toHaveLength(2);
  },
  OPEN_TIMEOUT_MS,
);

test(
  'two gateways of one ZooKeeper take turns in a pool',
  async () => {
    await using zooKeeper = await startZooKeeper();
    const conf = { ...pooled('POLLING'), 'kyuubi.ha.addresses': zooKeeper.addresses };
    const [one, other] = await Promise.all([home.start({ conf }), home.start({ conf })]);
    // The second session of all is the other gateway's first.
    await visit([{ gateway: one, user: 'anna' }]);
    expect(await spaces(zooKeeper.address)).toEqual(BOTH.slice(0, 1));
    await visit([{ gateway: other, user: 'anna' }]);
    expect(await spaces(zooKeeper.address)).toEqual(BOTH);
    await visit([
      ...times(10, { gateway: one, user: 'anna' }),
      ...times(10, { gateway: other, user: 'anna' }),
    ]);
    expect(home.engines()).toHaveLength(2);
    expect(one.log() + other.log()).not.toContain('its turns cannot be counted');
    await home.close();
  },
  OPEN_TIMEOUT_MS,
);

test(
  'engines that may be launched one at a time only are all launched',
  async () => {
    const gateway = await home.start({ conf: { 'kyuubi.server.limit.engine.startup': '1' } });
    await visit(['anna', 'bert', 'carl'].map((user) => ({ gateway, user })));
    expect(await spaces(gateway.zooKeeper)).toEqual(
      ['anna', 'bert', 'carl'].map((user) => `USER_DUCKDB/${user}/default`),
    );
  },
  OPEN_TIMEOUT_MS,
);

test(
  'users of one group of the machine share an engine; who has no account gets none',
  async () => {
    const conf = { 'kyuubi.engine.share.level': 'GROUP', 'kyuubi.session.group.provider': 'hadoop' };
    const gateway = await home.start({ conf });
    // Both are in Debian's group nogroup.
    await visit(['nobody', 'sync', 'root'].map((user) => ({ gateway, user })));
    expect(await spaces(gateway.zooKeeper)).toEqual(
      ['nogroup', 'root'].map((group) => `GROUP_DUCKDB/${group}/default`),
    );
    await expect(openSession(gateway.binary, 'no-such-account')).rejects.toThrow(
      /The group of user no-such-account, .* \(kyuubi\.session\.group\.provider\): this machine knows no such account/,
    );
  },
  OPEN_TIMEOUT_MS,
);

test(
  'a profile of the administrator’s wins over what the session says',
  async () => {
    const key = 'kyuubi.engine.share.level.subdomain';
    await writeFile(join(home.dir, 'conf', 'kyuubi-session-adhoc.conf'), `${key} adhoc\n`);
    const advisor = 'org.apache.kyuubi.session.FileSessionConfAdvisor';
    const gateway = await home.start({ conf: { 'kyuubi.session.conf.advisor': advisor } });
    const conf = { 'kyuubi.session.conf.profile': 'adhoc', [key]: 'mine' };
    await visit([{ gateway, user: 'anna', conf }]);
    expect(await spaces(gateway.zooKeeper)).toEqual(['USER_DUCKDB/anna/adhoc']);
  },
  OPEN_TIMEOUT_MS,
);
