import { describe, expect, it } from 'vitest';
import { type EngineSpaceInput, engineSpaceOf, poolCounterPathOf } from './engine-space.ts';

const base: EngineSpaceInput = {
  namespace: 'kyuubi',
  version: '1.9.0',
  shareLevel: 'USER',
  engineType: 'SPARK_SQL',
  sessionUser: 'alice',
  group: 'staff',
  serverUser: 'svc',
  serverIp: '10.0.0.1',
  subdomain: null,
  refId: 'ref-1',
};

/** Kyuubi's own paths, by share level. */
it.each([
  ['CONNECTION', '/kyuubi_1.9.0_CONNECTION_SPARK_SQL/alice/ref-1', null, 'alice'],
  [
    'USER',
    '/kyuubi_1.9.0_USER_SPARK_SQL/alice/default',
    '/kyuubi_1.9.0_USER_SPARK_SQL_lock/alice/default',
    'alice',
  ],
  [
    'GROUP',
    '/kyuubi_1.9.0_GROUP_SPARK_SQL/staff/default',
    '/kyuubi_1.9.0_GROUP_SPARK_SQL_lock/staff/default',
    'staff',
  ],
  [
    'SERVER',
    '/kyuubi_1.9.0_SERVER_SPARK_SQL/svc/default',
    '/kyuubi_1.9.0_SERVER_SPARK_SQL_lock/svc/default',
    'svc',
  ],
  [
    'SERVER_LOCAL',
    '/kyuubi_1.9.0_SERVER_LOCAL_SPARK_SQL/svc/10.0.0.1_default',
    '/kyuubi_1.9.0_SERVER_LOCAL_SPARK_SQL_lock/svc/10.0.0.1_default',
    'svc',
  ],
] as const)('%s engines register in %s', (shareLevel, path, lockPath, routingUser) => {
  expect(engineSpaceOf({ ...base, shareLevel })).toMatchObject({ path, lockPath, routingUser, shareLevel });
});

it('puts the subdomain last, and the address before it for SERVER_LOCAL', () => {
  expect(engineSpaceOf({ ...base, subdomain: 'etl' }).path).toBe('/kyuubi_1.9.0_USER_SPARK_SQL/alice/etl');
  expect(engineSpaceOf({ ...base, subdomain: 'etl', shareLevel: 'SERVER_LOCAL' }).path).toMatch(
    /10\.0\.0\.1_etl$/,
  );
  expect(engineSpaceOf({ ...base, subdomain: 'etl', shareLevel: 'CONNECTION' }).path).toMatch(/\/ref-1$/);
});

it('names the application as Kyuubi does', () => {
  expect(engineSpaceOf(base).engineName).toBe('kyuubi_USER_SPARK_SQL_alice_default_ref-1');
  expect(engineSpaceOf({ ...base, shareLevel: 'CONNECTION' }).engineName).toBe(
    'kyuubi_CONNECTION_SPARK_SQL_alice_ref-1',
  );
});

it('takes a namespace of several levels, with or without slashes around it', () => {
  expect(engineSpaceOf({ ...base, namespace: '/a/b/' }).path).toBe('/a/b_1.9.0_USER_SPARK_SQL/alice/default');
});

describe('a name that would reach elsewhere', () => {
  const names = [
    '../bob',
    'a/b',
    '/',
    '..',
    '.',
    '%2F',
    'a%2Fb',
    '\u0000',
    'a\nb',
    '\u007f',
    '\ue000',
    '\ufffe',
    '\u{1f600}',
    '\ud800',
    'ü',
  ];

  it.each(names)('%j stays one level of the path, in characters ZooKeeper takes', (name) => {
    for (const path of [
      engineSpaceOf({ ...base, sessionUser: name }).path,
      engineSpaceOf({ ...base, subdomain: name }).path,
      engineSpaceOf({ ...base, subdomain: name }).lockPath ?? '',
    ]) {
      const levels = path.split('/');
      expect(levels).toHaveLength(4);
      expect(levels).not.toContain('..');
      expect(levels).not.toContain('.');
      // oxlint-disable-next-line no-control-regex -- these are the ones that ZooKeeper refuses
      expect(path).not.toMatch(/[\u0000-\u001f\u007f-\u009f\ud800-\uf8ff\ufff0-\uffff]/);
    }
  });

  it('is told from every other', () => {
    const paths = names.map((sessionUser) => engineSpaceOf({ ...base, sessionUser }).path);
    expect(new Set(paths).size).toBe(names.length);
  });

  it('leaves ordinary names readable', () => {
    expect(engineSpaceOf({ ...base, sessionUser: 'ü.a-b_c@x' }).path).toContain('/ü.a-b_c@x/');
  });

  it('may be an engine type too, which sessions choose', () => {
    const path = engineSpaceOf({ ...base, engineType: '../X/Y' }).path;
    expect(path.split('/')).toHaveLength(4);
    expect(path).not.toContain('/Y');
  });
});

it('counts the turns of a pool beside the space, by who shares its engines', () => {
  expect(poolCounterPathOf(base, 'engine-pool')).toBe(
    '/kyuubi_1.9.0_USER_SPARK_SQL_seqNum/alice/engine-pool',
  );
  expect(poolCounterPathOf({ ...base, shareLevel: 'GROUP' }, 'a/b')).toBe(
    '/kyuubi_1.9.0_GROUP_SPARK_SQL_seqNum/staff/a%2Fb',
  );
});
