import { describe, expect, it } from 'vitest';
import { frontendArea } from '../frontend/config.ts';
import { sessionArea } from '../session/config.ts';
import { Conf } from './conf.ts';
import { KeyCheck } from './key-check.ts';
import { kyuubiKeys } from './kyuubi-keys.ts';

const names = [frontendArea, sessionArea].flatMap((area) => Object.values(area).map(({ name }) => name));
const check = new KeyCheck(names);

describe('a key', () => {
  it.each([
    'kyuubi.frontend.thrift.binary.bind.port',
    // An older name.
    'kyuubi.frontend.bind.port',
    '___ann___.kyuubi.session.idle.timeout',
    'kyuubi.engineEnv.JAVA_HOME',
    'kyuubi.client.version',
    'spark.executor.memory',
    'hive.server2.proxy.user',
    'anything',
  ])('%s raises no question', (key) => {
    expect(check.problemOf(key)).toBeNull();
  });

  it.each([
    'kyuubi.metrics.enabled',
    'kyuubi.metadata.store.jdbc.datasource.maximumPoolSize',
    'kyuubi.batchConf.spark.spark.executor.memory',
    '___ann___.kyuubi.engine.pool.size',
  ])('%s is known, and not supported', (key) => {
    expect(check.problemOf(key)).toMatch(/^is a key of Kyuubi that is not supported yet/);
  });

  it.each([
    ['kyuubi.fronted.thrift.binary.bind.port', 'kyuubi.frontend.thrift.binary.bind.port'],
    ['kyuubi.session.idle.timout', 'kyuubi.session.idle.timeout'],
    ['kyuubi.session.IDLE.timeout', 'kyuubi.session.idle.timeout'],
    ['kyuubi.frontend.bind.prot', 'kyuubi.frontend.bind.port'],
  ])('%s is taken for a slip of the pen for %s', (key, meant) => {
    expect(check.problemOf(key)).toBe(`is an unknown key; it has no effect. Did you mean ${meant}?`);
  });

  it('of other words is taken for a part of one', () => {
    const of = new KeyCheck(['kyuubi.engine.type', 'kyuubi.session.engine.idle.timeout']);
    expect(of.problemOf('kyuubi.engine.idle')).toContain('Did you mean kyuubi.session.engine.idle.timeout?');
    expect(of.problemOf('kyuubi.engine.tipe')).toContain('Did you mean kyuubi.engine.type?');
    expect(of.problemOf('kyuubi.engine.none')).toBe('is an unknown key; it has no effect');
  });

  it('that is like no other is unknown', () => {
    expect(check.problemOf('kyuubi.coffee.strength')).toBe('is an unknown key; it has no effect');
  });
});

it('warns once a key, with its place and without its value', () => {
  const conf = Conf.of(
    { 'kyuubi.authentication.ldap.bindpw': 'geheim', 'kyuubi.coffee': 'black' },
    'file',
  ).merge(Conf.of({ 'kyuubi.coffee': 'white', 'kyuubi.session.idle.timeout': 'PT1H' }, '--conf'));
  expect(check.warningsFor(conf)).toEqual([
    'kyuubi.authentication.ldap.bindpw (file) is a key of Kyuubi that is not supported yet; it has no effect',
    'kyuubi.coffee (--conf) is an unknown key; it has no effect',
  ]);
});

it("lists what is left of Kyuubi's keys", () => {
  expect(kyuubiKeys.size).toBeGreaterThan(430);
  expect(check.unsupported).toContain('kyuubi.metrics.enabled');
  expect(check.unsupported).not.toContain('kyuubi.session.idle.timeout');
  expect(check.unsupported).not.toContain('kyuubi.frontend.bind.port');
  for (const key of kyuubiKeys) expect(key).toMatch(/^kyuubi\.[A-Za-z0-9.]*[A-Za-z0-9]$/);
});
