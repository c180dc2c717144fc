import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../wire/error-code.ts';
import type { Acl, Id } from '../wire/records.ts';
import { maskDigests, OPEN_ACL, Permission, permits, resolveAcl } from './acl.ts';
import { authScheme } from './auth-scheme.ts';

const ANN: Id = { scheme: 'digest', id: 'ann:7RJfAeIvrl4zdj6sS2fXrQHDvHM=' };
const LOCAL: Id = { scheme: 'ip', id: '127.0.0.1' };
const entry = (perms: number, scheme: string, id: string): Acl => ({ perms, id: { scheme, id } });

describe('digest', () => {
  const digest = authScheme('digest')!;

  it('is base64 of SHA-1 over user and password', () => {
    expect(digest.authenticate(Buffer.from('ann:secret'), '')).toEqual(ANN);
  });

  it('takes any text, but not none', () => {
    expect(digest.authenticate(Buffer.from('no colon'), '')?.id).toMatch(/^no colon:/);
    expect(digest.authenticate(Buffer.from('a:b:c'), '')?.id).toMatch(/^a:/);
    expect(digest.authenticate(null, '')).toBeNull();
  });

  it.each([
    ['ann:x', true],
    [':x', true],
    ['ann', false],
    ['ann:', false],
    ['a:b:c', false],
    ['', false],
  ])('%j as an id in a list: %s', (id, valid) => {
    expect(digest.isValidId(id)).toBe(valid);
  });
});

describe('ip', () => {
  const ip = authScheme('ip')!;

  it.each([
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '127.0.0.0/8', true],
    ['10.9.8.7', '10.9.8.0/23', true],
    ['10.9.10.7', '10.9.8.0/23', false],
    ['200.1.2.3', '0.0.0.0/0', true],
    ['200.1.2.3', '200.1.2.4/32', false],
    ['::1', '127.0.0.1', false],
  ])('%s in %s: %s', (address, range, expected) => {
    expect(ip.matches(address, range)).toBe(expected);
  });

  it.each(['127.0.0', '127.0.0.1/33', '127.0.0.1/', '127.0.0.1/x', '::1', '127.0.0.1/-1'])(
    'refuses the range %s',
    (range) => {
      expect(ip.isValidId(range)).toBe(false);
    },
  );
});

describe('permits', () => {
  it('lets anyone do what world may', () => {
    expect(permits([], OPEN_ACL, Permission.admin)).toBe(true);
    expect(permits([], [entry(Permission.read, 'world', 'anyone')], Permission.write)).toBe(false);
  });

  it('asks for one of the wanted permissions, not all', () => {
    expect(
      permits([], [entry(Permission.admin, 'world', 'anyone')], Permission.read | Permission.admin),
    ).toBe(true);
  });

  it('compares digests whole', () => {
    const acl = [{ perms: Permission.all, id: ANN }];
    expect(permits([LOCAL, ANN], acl, Permission.read)).toBe(true);
    expect(permits([LOCAL, { scheme: 'digest', id: 'ann:other' }], acl, Permission.read)).toBe(false);
    expect(permits([{ scheme: 'ip', id: ANN.id }], acl, Permission.read)).toBe(false);
  });

  it('treats an empty list as open and an unknown scheme as closed', () => {
    expect(permits([], [], Permission.all)).toBe(true);
    expect(permits([{ scheme: 'x', id: 'y' }], [entry(31, 'x', 'y')], Permission.read)).toBe(false);
  });
});

describe('resolveAcl', () => {
  it('shares the open list', () => {
    expect(resolveAcl([], [entry(31, 'world', 'anyone'), entry(31, 'world', 'anyone')])).toBe(OPEN_ACL);
  });

  it('replaces auth by everything proven', () => {
    const bob: Id = { scheme: 'digest', id: 'bob:x' };
    expect(resolveAcl([LOCAL, ANN, bob], [entry(Permission.all, 'auth', '')])).toEqual([
      { perms: Permission.all, id: ANN },
      { perms: Permission.all, id: bob },
    ]);
  });

  it.each<[string, Acl[]]>([
    ['an empty list', []],
    ['auth without proof', [entry(31, 'auth', '')]],
    ['an unknown scheme', [entry(31, 'sasl', 'me')]],
    ['a world of one', [entry(31, 'world', 'me')]],
    ['a digest without hash', [entry(31, 'digest', 'ann')]],
    ['one bad entry among good ones', [...OPEN_ACL, entry(1, 'ip', 'localhost')]],
  ])('refuses %s', (_what, acl) => {
    expect(() => resolveAcl([LOCAL], acl)).toThrow(expect.objectContaining({ code: ErrorCode.invalidAcl }));
  });
});

describe('maskDigests', () => {
  it('hides hashes and nothing else', () => {
    const masked = maskDigests([{ perms: 1, id: ANN }, entry(2, 'ip', '10.0.0.1')]);
    expect(masked).toEqual([entry(1, 'digest', 'ann:x'), entry(2, 'ip', '10.0.0.1')]);
  });
});
