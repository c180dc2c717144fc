import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TProtocolVersion } from '@senbon/hive-thrift';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArea } from '../config/area.ts';
import { Conf } from '../config/conf.ts';
import { PoolCounter } from '../engine/pool-counter.ts';
import { PoolMembers } from '../engine/pool-members.ts';
import { GuardedGroups } from '../guard/guard-groups.ts';
import { ownGroup } from '../groups/own-group.ts';
import type { GroupProvider } from '../ports/groups.ts';
import { silentLogger } from '../observe/logger.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { MemoryEnsemble } from '../testing/memory-discovery.ts';
import { clientOf } from '../testing/sessions.ts';
import { FILE_ADVISOR, profileArea } from './config.ts';
import { SessionPlanner } from './session-planner.ts';
import { SessionProfiles } from './session-profiles.ts';

let confDir: string;
beforeAll(async () => {
  confDir = await mkdtemp(join(tmpdir(), 'senbon-planner-'));
});
afterAll(() => rm(confDir, { recursive: true }));

function plannerOf(server: Record<string, string>, groups: GroupProvider = ownGroup): SessionPlanner {
  const serverConf = Conf.of(server, 'kyuubi-defaults.conf');
  return new SessionPlanner({
    serverConf,
    namespace: 'kyuubi',
    discoveryAddresses: 'zk:2181',
    isDiscoveryEmbedded: false,
    defaultEngineType: 'FAKE',
    serverUser: 'svc',
    serverIp: '10.0.0.9',
    rules: { restrictList: [], ignoreList: [] },
    profiles: new SessionProfiles({
      config: readArea(profileArea, serverConf),
      confDir,
      clock: new FakeClock(),
      logger: silentLogger,
    }),
    groups: new GuardedGroups(groups, { clock: new FakeClock(), logger: silentLogger }),
    pools: new PoolMembers({
      counter: new PoolCounter(new MemoryEnsemble(new FakeClock()).client().records),
      sessionsIn: () => 0,
      random: () => 0.5,
      logger: silentLogger,
    }),
    logger: silentLogger,
  });
}

interface Sent {
  readonly server?: Record<string, string>;
  readonly conf?: Record<string, string>;
  readonly user?: string | null;
  readonly username?: string;
  readonly groups?: GroupProvider;
}

async function planOf({ server = {}, conf = {}, user = 'alice', username, groups }: Sent) {
  const request = {
    clientProtocol: TProtocolVersion.V10,
    configuration: new Map(Object.entries(conf)),
    ...(username === undefined ? {} : { username }),
  };
  return (await plannerOf(server, groups).prepare(request, clientOf(user), 'ref-1'))();
}

describe('the user', () => {
  it.each([
    ['alice', undefined, 'alice'],
    ['alice', 'os-user', 'alice'],
    [null, 'bob', 'bob'],
    [null, undefined, 'anonymous'],
    [null, '', 'anonymous'],
    ['alice/host@REALM', undefined, 'alice'],
    ['alice@REALM', undefined, 'alice'],
    ['/x', undefined, 'anonymous'],
  ])('authenticated as %s and asking for %s is %s', async (user, username, expected) => {
    expect((await planOf({ user, ...(username === undefined ? {} : { username }) })).user).toBe(expected);
  });

  it.each(['kyuubi.session.proxy.user', 'hive.server2.proxy.user', 'set:hiveconf:hive.server2.proxy.user'])(
    'may not act for another by %s',
    async (key) => {
      await expect(planOf({ conf: { [key]: 'bob' } })).rejects.toThrow(
        expect.objectContaining({
          code: 'AUTHENTICATION_FAILED',
          message: expect.stringContaining('Failed to validate proxy privilege of alice for bob'),
        }),
      );
      expect((await planOf({ conf: { [key]: 'alice' } })).user).toBe('alice');
      expect((await planOf({ conf: { [key]: '' } })).user).toBe('alice');
    },
  );
});

describe('the engine space', () => {
  it('follows the session over the user over the server', async () => {
    const server = {
      'kyuubi.engine.share.level': 'SERVER',
      '___alice___.kyuubi.engine.share.level.subdomain': 'hers',
      'kyuubi.engine.share.level.subdomain': 'ours',
    };
    expect((await planOf({ server })).space.path).toBe('/kyuubi_senbon-1_SERVER_FAKE/svc/hers');
    expect((await planOf({ server, user: 'bob' })).space.path).toBe('/kyuubi_senbon-1_SERVER_FAKE/svc/ours');
    const conf = {
      'kyuubi.engine.share.level': 'user',
      'set:hiveconf:kyuubi.engine.share.level.subdomain': 'mine',
    };
    expect((await planOf({ server, conf })).space.path).toBe('/kyuubi_senbon-1_USER_FAKE/alice/mine');
  });

  it('is of the type the session asks for, in any case', async () => {
    expect((await planOf({ conf: { 'kyuubi.engine.type': 'duckdb' } })).space.engineType).toBe('DUCKDB');
  });

  it.each([
    ['subdomain', { conf: { 'kyuubi.engine.share.level.subdomain': 'x'.repeat(256) } }],
    [
      'subdomain that grows when encoded',
      { conf: { 'kyuubi.engine.share.level.subdomain': '/'.repeat(86) } },
    ],
    ['pool name', { conf: { 'kyuubi.engine.pool.size': '1', 'kyuubi.engine.pool.name': 'x'.repeat(254) } }],
    ['engine type', { conf: { 'kyuubi.engine.type': 'x'.repeat(1_000_000) } }],
    ['user', { user: 'ü'.repeat(128) }],
  ])('is refused with a %s that is too long for one name', async (_, sent) => {
    const refused = expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/…" \(the session\): at most 255 bytes are possible$/),
    });
    await expect(planOf(sent)).rejects.toThrow(refused);
  });

  describe('of level GROUP', () => {
    const server = { 'kyuubi.engine.share.level': 'GROUP' };
    const primaryGroupOf = (user: string) =>
      user === 'mallory' ? Promise.reject(new Error('no such account')) : Promise.resolve('staff');
    const groups = { name: 'test', primaryGroupOf };

    it('is the primary group’s, and in a pool too', async () => {
      const { path, routingUser } = (await planOf({ server, groups })).space;
      expect([path, routingUser]).toEqual(['/kyuubi_senbon-1_GROUP_FAKE/staff/default', 'staff']);
      const pooled = await planOf({ server, groups, conf: { 'kyuubi.engine.pool.size': '1' } });
      expect(pooled.space.path).toBe('/kyuubi_senbon-1_GROUP_FAKE/staff/engine-pool-0');
    });

    it('is the user’s own by default', async () => {
      expect((await planOf({ server })).space.path).toBe('/kyuubi_senbon-1_GROUP_FAKE/alice/default');
    });

    it('is had by nobody whose group is not known; other levels do not ask', async () => {
      const unknown = planOf({ server, groups, user: 'mallory' });
      await expect(unknown).rejects.toMatchObject({ code: 'GROUP_UNKNOWN' });
      expect((await planOf({ groups, user: 'mallory' })).space.shareLevel).toBe('USER');
    });
  });

  describe('in a pool', () => {
    const pool = { 'kyuubi.engine.pool.size': '3' };

    it.each([
      ['of the server', { server: pool }, 'USER_FAKE/alice/engine-pool-1'],
      ['of the session', { conf: { ...pool, 'kyuubi.engine.pool.name': 'mine' } }, 'USER_FAKE/alice/mine-1'],
      [
        'beyond the threshold',
        { conf: { 'kyuubi.engine.pool.size': '50' } },
        'USER_FAKE/alice/engine-pool-4',
      ],
      ['of size 0', { server: { 'kyuubi.engine.pool.size': '0' } }, 'USER_FAKE/alice/default'],
      [
        'with a threshold of the session’s',
        {
          server: pool,
          conf: { 'kyuubi.engine.pool.size': '50', 'kyuubi.engine.pool.size.threshold': '90' },
        },
        'USER_FAKE/alice/engine-pool-4',
      ],
      [
        'for SERVER_LOCAL',
        { server: { ...pool, 'kyuubi.engine.share.level': 'SERVER_LOCAL' } },
        'SERVER_LOCAL_FAKE/svc/10.0.0.9_engine-pool-1',
      ],
      [
        'for CONNECTION',
        { server: { ...pool, 'kyuubi.engine.share.level': 'CONNECTION' } },
        'CONNECTION_FAKE/alice/ref-1',
      ],
      [
        'with a subdomain',
        { server: pool, conf: { 'kyuubi.engine.share.level.subdomain': 'own' } },
        'USER_FAKE/alice/own',
      ],
      [
        'with a subdomain to ignore',
        {
          server: { ...pool, 'kyuubi.engine.pool.ignoreSubdomain': 'true' },
          conf: { 'kyuubi.engine.share.level.subdomain': 'own' },
        },
        'USER_FAKE/alice/engine-pool-1',
      ],
    ])('%s is right', async (_, sent, path) => {
      expect((await planOf(sent)).space.path).toBe(`/kyuubi_senbon-1_${path}`);
    });

    it('names the member in the engine’s name', async () => {
      const { engineName } = (await planOf({ server: pool })).space;
      expect(engineName).toBe('kyuubi_USER_FAKE_alice_engine-pool-1_ref-1');
    });
  });

  it('ends in the session for CONNECTION', async () => {
    const { space } = await planOf({ conf: { 'kyuubi.engine.share.level': 'CONNECTION' } });
    expect(space.path).toBe('/kyuubi_senbon-1_CONNECTION_FAKE/alice/ref-1');
  });

  it('is refused with a bad share level, and says who sent it', async () => {
    await expect(planOf({ conf: { 'kyuubi.engine.share.level': 'GALAXY' } })).rejects.toThrow(
      /kyuubi\.engine\.share\.level has the invalid value "GALAXY" \(the session\)/,
    );
  });
});

it('tells the engine session who and where the client is', async () => {
  const conf = { a: '1', 'use:database': 'sales', 'kyuubi.session.real.user': 'root' };
  expect(Object.fromEntries((await planOf({ conf })).sessionConf)).toEqual({
    'kyuubi.client.ipAddress': '10.1.1.1',
    'kyuubi.server.ipAddress': '10.0.0.9',
    a: '1',
    'use:database': 'sales',
    'kyuubi.session.real.user': 'alice',
  });
});

describe('a profile', () => {
  const server = { 'kyuubi.session.conf.advisor': FILE_ADVISOR, a: 'server', b: 'server' };
  const conf = { 'kyuubi.session.conf.profile': 'big', a: 'session', c: 'session' };

  beforeAll(async () => {
    const lines = ['a=profile', 'kyuubi.engine.share.level.subdomain=big', 'kyuubi.session.real.user=root'];
    await writeFile(join(confDir, 'kyuubi-session-big.conf'), lines.join('\n'));
    await writeFile(join(confDir, 'kyuubi-session-wrong.conf'), 'kyuubi.engine.share.level=GALAXY');
  });

  it('wins over the session in its engine space, its session and its launch', async () => {
    const plan = await planOf({ server, conf });
    expect(plan.space.path).toBe('/kyuubi_senbon-1_USER_FAKE/alice/big');
    const session = { a: 'profile', c: 'session', 'kyuubi.session.real.user': 'alice' };
    expect(Object.fromEntries(plan.sessionConf)).toMatchObject(session);
    expect(Object.fromEntries(plan.launchConf())).toMatchObject({ a: 'profile', b: 'server', c: 'session' });
  });

  it('may be one user’s default', async () => {
    const hers = { ...server, '___alice___.kyuubi.session.conf.profile': 'big' };
    expect((await planOf({ server: hers })).sessionConf.get('a')).toBe('profile');
    expect((await planOf({ server: hers, user: 'bob' })).sessionConf.get('a')).toBeUndefined();
  });

  it('has no effect without the advisor, whatever the session says', async () => {
    const asked = { ...conf, 'kyuubi.session.conf.advisor': FILE_ADVISOR };
    expect((await planOf({ conf: asked })).sessionConf.get('a')).toBe('session');
  });

  it('that is wrong is named', async () => {
    await expect(planOf({ server, conf: { 'kyuubi.session.conf.profile': 'wrong' } })).rejects.toThrow(
      /"GALAXY" \(.*kyuubi-session-wrong\.conf\)/,
    );
  });
});

describe('the conf for a launch', () => {
  const server = {
    'kyuubi.frontend.thrift.binary.bind.port': '1',
    'kyuubi.authentication.ldap.bindpw': 'hunter2',
    'kyuubi.internal.security.secret.provider.simple.secret': 'hunter2',
    'kyuubi.engine.security.secret.provider.simple.secret': 'hunter2',
    'kyuubi.metadata.store.jdbc.password': 'hunter2',
    '___bob___.token': 'hunter2',
    'kyuubi.ha.zookeeper.quorum': 'elsewhere:1',
    'spark.executor.memory': '1g',
    a: 'server',
  };

  it('tells the engine where to listen, whatever the session says of it', async () => {
    const server = {
      'kyuubi.engine.frontend.bind.host': '10.0.0.7',
      'kyuubi.frontend.bind.host': '10.0.0.1',
    };
    const conf = {
      'kyuubi.engine.frontend.bind.host': '0.0.0.0',
      'kyuubi.engine.frontend.advertised.host': 'evil',
      'kyuubi.frontend.advertised.host': 'evil',
    };
    const launch = (await planOf({ server, conf })).launchConf();
    expect(launch.get('kyuubi.frontend.thrift.binary.bind.host')).toBe('10.0.0.7');
    expect(launch.has('kyuubi.frontend.advertised.host')).toBe(false);
  });

  it('says where and as what the engine registers', async () => {
    const launch = (await planOf({ server, conf: { a: 'session' } })).launchConf();
    expect(Object.fromEntries(launch)).toMatchObject({
      'kyuubi.ha.addresses': 'zk:2181',
      'kyuubi.ha.namespace': '/kyuubi_senbon-1_USER_FAKE/alice/default',
      'kyuubi.ha.engine.ref.id': 'ref-1',
      'kyuubi.engine.share.level': 'USER',
      'kyuubi.engine.type': 'FAKE',
      'kyuubi.engine.name': 'kyuubi_USER_FAKE_alice_default_ref-1',
      'kyuubi.engine.submit.time': expect.stringMatching(/^\d+$/),
      'spark.executor.memory': '1g',
      a: 'session',
    });
    expect(launch.has('kyuubi.ha.zookeeper.quorum')).toBe(false);
  });

  it.each(['GROUP', 'SERVER', 'SERVER_LOCAL'])('is the server’s alone in kyuubi.* at %s', async (level) => {
    const shared = { ...server, '___alice___.a': 'alice', '___alice___.kyuubi.engine.share.level': level };
    const conf = {
      a: 'session',
      'kyuubi.engine.session.initialize.sql': 'DROP TABLE theirs',
      'kyuubi.session.engine.idle.timeout': '0',
      'kyuubi.operation.result.max.rows': '1',
      'spark.executor.memory': '1t',
    };
    const plan = await planOf({ server: shared, conf });
    expect(plan.space.shareLevel).toBe(level);
    const launch = Object.fromEntries(plan.launchConf());
    expect(launch).toMatchObject({
      a: 'session',
      'spark.executor.memory': '1t',
      'kyuubi.engine.share.level': level,
    });
    expect(Object.keys(launch)).not.toContain('kyuubi.engine.session.initialize.sql');
    expect(Object.keys(launch)).not.toContain('kyuubi.session.engine.idle.timeout');
    expect(Object.keys(launch)).not.toContain('kyuubi.operation.result.max.rows');
    expect(plan.sessionConf.get('kyuubi.operation.result.max.rows')).toBe('1');
  });

  it.each(['CONNECTION', 'USER'])(
    'is also the session’s at %s, but for the bounds of the engine',
    async (level) => {
      const conf = {
        'kyuubi.engine.share.level': level,
        'kyuubi.session.engine.idle.timeout': 'PT1H',
        'kyuubi.engine.result.rewind.file.size': '1000000000000',
      };
      const launch = (await planOf({ server, conf })).launchConf();
      expect(launch.get('kyuubi.session.engine.idle.timeout')).toBe('PT1H');
      expect(launch.has('kyuubi.engine.result.rewind.file.size')).toBe(false);
    },
  );

  it("holds none of the server's secrets", async () => {
    expect([...(await planOf({ server })).launchConf().values()]).not.toContain('hunter2');
  });

  it('cannot be bent by the session', async () => {
    const conf = {
      'kyuubi.ha.addresses': 'evil:1',
      'set:hiveconf:kyuubi.ha.namespace': '/kyuubi',
      'kyuubi.ha.engine.ref.id': 'other',
      'kyuubi.engine.name': 'other',
    };
    expect(Object.fromEntries((await planOf({ server, conf })).launchConf())).toMatchObject({
      'kyuubi.ha.addresses': 'zk:2181',
      'kyuubi.ha.namespace': '/kyuubi_senbon-1_USER_FAKE/alice/default',
      'kyuubi.ha.engine.ref.id': 'ref-1',
      'kyuubi.engine.name': 'kyuubi_USER_FAKE_alice_default_ref-1',
    });
  });
});
