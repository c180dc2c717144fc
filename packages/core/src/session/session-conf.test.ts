import { describe, expect, it } from 'vitest';
import { silentLogger } from '../observe/logger.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { defaultsFor, normalizeSessionConf } from './session-conf.ts';

const noRules = { restrictList: [], ignoreList: [] };

function normalize(sent: Record<string, string>, rules: Partial<typeof noRules> & object = noRules) {
  const conf = normalizeSessionConf(new Map(Object.entries(sent)), { ...noRules, ...rules }, silentLogger);
  return Object.fromEntries(conf);
}

describe('prefixes', () => {
  it.each([
    ['set:hiveconf:a', 'a'],
    ['set:hivevar:a', 'a'],
    ['set:system:a', 'a'],
    ['set:metaconf:a', 'a'],
    ['set:a', 'a'],
    ['hiveconf:a', 'a'],
    ['a', 'a'],
    ['use:database', 'use:database'],
    ['set:hiveconf:hiveconf:a', 'a'],
    ['set:hiveconf:set:hivevar:a', 'a'],
    ['a.set:b', 'a.set:b'],
  ])('%s means %s', (raw, key) => {
    expect(normalize({ [raw]: 'x' })).toEqual({ [key]: 'x' });
  });

  it.each(['env:PATH', 'set:env:PATH', 'set:hiveconf:env:PATH', 'hivevar:set:env:PATH'])(
    '%s is forbidden',
    (raw) => {
      expect(() => normalize({ [raw]: 'x' })).toThrow(
        expect.objectContaining({
          code: 'SESSION_CONF_FORBIDDEN',
          message: 'env:PATH is forbidden, env:* variables can not be set.',
        }),
      );
    },
  );
});

describe('the restrict list', () => {
  it.each(['set:hiveconf:set:hiveconf:a.b', 'hivevar:hivevar:a.b', 'set:set:a.b'])(
    'is not passed by %s, which the engine would strip once more',
    (raw) => {
      expect(() => normalize({ [raw]: 'x' }, { restrictList: ['a.b'] } as never)).toThrow(/restrict key/);
    },
  );

  it.each([
    [['a.b'], 'a.b', true],
    [['a.b'], 'a.bc', false],
    [['a.*'], 'a.b.c', true],
    [['a.*'], 'b.a', false],
    [['a*'], 'ab', false],
  ])('%j and %s: refused %s', (restrictList, key, isRefused) => {
    const open = () => normalize({ [`set:hiveconf:${key}`]: 'x' }, { restrictList } as never);
    if (!isRefused) return expect(open()).toEqual({ [key]: 'x' });
    expect(open).toThrow(
      expect.objectContaining({
        code: 'SESSION_CONF_RESTRICTED',
        message: `${key} is a restrict key according to the server-side configuration, please remove it and retry if you want to proceed`,
      }),
    );
  });

  it('comes before server keys and the ignore list', () => {
    const rules = { restrictList: ['kyuubi.ha.addresses'], ignoreList: ['kyuubi.ha.addresses'] } as never;
    expect(() => normalize({ 'kyuubi.ha.addresses': 'x' }, rules)).toThrow(/restrict key/);
  });
});

it('drops server keys with a warning that names the key and not the value', () => {
  const logger = new RecordingLogger();
  const sent = new Map([
    ['set:hiveconf:kyuubi.authentication.ldap.bindpw', 'hunter2'],
    ['a', '1'],
  ]);
  expect(Object.fromEntries(normalizeSessionConf(sent, noRules, logger))).toEqual({ a: '1' });
  expect(logger.has('kyuubi.authentication.ldap.bindpw')).toBe(true);
  expect(logger.has('hunter2')).toBe(false);
});

it('drops ignored keys silently, and always the signature switch', () => {
  const logger = new RecordingLogger();
  const sent = new Map([
    ['a.b', '1'],
    ['c', '2'],
    ['kyuubi.session.user.sign.enabled', 'true'],
  ]);
  const conf = normalizeSessionConf(sent, { restrictList: [], ignoreList: ['a.*'] }, logger);
  expect(Object.fromEntries(conf)).toEqual({ c: '2' });
  expect(logger.lines).toEqual([]);
});

describe('server defaults of a user', () => {
  const server = new Map([
    ['a', 'all'],
    ['___alice___.a', 'hers'],
    ['___alice___.b', 'hers'],
    ['___bob___.a', 'his'],
  ]);

  it("lie over everybody's", () => {
    expect(Object.fromEntries(defaultsFor('alice', server))).toEqual({ a: 'hers', b: 'hers' });
    expect(Object.fromEntries(defaultsFor('bob', server))).toEqual({ a: 'his' });
  });

  it('are not shown to others, whatever these call themselves', () => {
    expect(Object.fromEntries(defaultsFor('carol', server))).toEqual({ a: 'all' });
    expect(Object.fromEntries(defaultsFor('___alice', server))).toEqual({ a: 'all' });
    expect(Object.fromEntries(defaultsFor('', server))).toEqual({ a: 'all' });
  });
});
