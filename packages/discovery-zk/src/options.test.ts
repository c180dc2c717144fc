import { silentLogger } from '@senbon/core';
import { describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';

const TYPE = 'kyuubi.ha.zookeeper.auth.type';
const ENGINE_TYPE = 'kyuubi.ha.zookeeper.engine.auth.type';
const DIGEST = 'kyuubi.ha.zookeeper.auth.digest';
const ENABLED = 'kyuubi.ha.zookeeper.acl.enabled';
const REF_ID = 'kyuubi.ha.engine.ref.id';

const read = (conf: Record<string, string> = {}) =>
  readOptions({
    addresses: 'h:1',
    sessionTimeoutMs: 60_000,
    connectTimeoutMs: 15_000,
    conf: new Map(Object.entries(conf)),
    logger: silentLogger,
  });

describe('readOptions', () => {
  it("has Kyuubi's defaults", () => {
    expect(read()).toMatchObject({
      digest: undefined,
      acl: null,
      secretAcl: null,
      creationTimeoutMs: 120_000,
      backoff: { baseMs: 1_000, maxMs: 30_000 },
    });
  });

  it('protects nodes by type, for the server and the engine each by its own key', () => {
    const acl = [
      { perms: 1, scheme: 'world', auth: 'anyone' },
      { perms: 31, scheme: 'auth', auth: '' },
    ];
    expect(read({ [TYPE]: 'digest', [DIGEST]: 'u:p' }).acl).toEqual(acl);
    expect(read({ [TYPE]: 'DIGEST', [DIGEST]: 'u:p', [REF_ID]: 'r' }).acl).toBeNull();
    expect(read({ [ENGINE_TYPE]: 'DIGEST', [DIGEST]: 'u:p', [REF_ID]: 'r' }).acl).toEqual(acl);
    expect(read({ [ENGINE_TYPE]: 'DIGEST', [DIGEST]: 'u:p' }).acl).toBeNull();
    expect(read({ [ENABLED]: 'true', [DIGEST]: 'u:p' }).acl).toEqual(acl);
    expect(read({ [ENABLED]: 'true' }).acl).toBeNull();
  });

  it('adds credentials whenever they are set; secrets are for their holders only', () => {
    const options = read({ [DIGEST]: 'u:p:q' });
    expect(options).toMatchObject({ digest: 'u:p:q', acl: null });
    expect(options.secretAcl).toEqual([{ perms: 31, scheme: 'auth', auth: '' }]);
  });

  it.each([
    [{ [TYPE]: 'KERBEROS' }, 'FEATURE_UNSUPPORTED', /kyuubi\.ha\.zookeeper\.auth\.type=KERBEROS/],
    [{ [TYPE]: 'DIGEST' }, 'CONFIG_CONFLICT', /auth\.digest/],
    [{ [TYPE]: 'BASIC' }, 'CONFIG_INVALID', /expected one of NONE, DIGEST/],
    [{ [DIGEST]: 'secret-without-colon' }, 'CONFIG_INVALID', /user:password/],
    [
      { 'kyuubi.ha.zookeeper.connection.base.retry.wait': 'soon' },
      'CONFIG_INVALID',
      /expected (?:a time above 0|an ISO-8601 duration)/,
    ],
    [
      { 'kyuubi.ha.zookeeper.node.creation.timeout': '0' },
      'CONFIG_INVALID',
      /expected (?:a time above 0|an ISO-8601 duration)/,
    ],
  ])('refuses %j', (conf, code, message) => {
    expect(() => read(conf)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('shows no secret in an error', () => {
    const refused = expect.objectContaining({ message: expect.not.stringContaining('hunter2') });
    expect(() => read({ [DIGEST]: 'hunter2' })).toThrow(refused);
  });

  it('reads durations as Kyuubi writes them', () => {
    const conf = {
      'kyuubi.ha.zookeeper.node.creation.timeout': 'PT30S',
      'kyuubi.ha.zookeeper.connection.base.retry.wait': '5',
    };
    expect(read(conf)).toMatchObject({ creationTimeoutMs: 30_000, backoff: { baseMs: 5 } });
  });
});
