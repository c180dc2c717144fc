import { describe, expect, it } from 'vitest';
import { isValidPath, join, nameOf, parentOf } from './path.ts';

describe('isValidPath', () => {
  it.each([
    '/',
    '/a',
    '/a/b',
    '/kyuubi/serverUri=host:10009;version=1.12.0;sequence=0000000003',
    '/a.b',
    '/...',
    '/.a',
    '/a..',
    '/日本',
    '/ ',
  ])('takes %j', (path) => {
    expect(isValidPath(path)).toBe(true);
  });

  it.each([
    '',
    'a',
    'a/b',
    '/a/',
    '//',
    '/a//b',
    '/.',
    '/..',
    '/a/./b',
    '/a/..',
    '/a/../b',
    '/a\0b',
    '/a\u001f',
    '/a\u007f',
    '/a\u009f',
    '/😀',
    '/\ue000',
    '/\ufff0',
    '/\uffff',
  ])('refuses %j', (path) => {
    expect(isValidPath(path)).toBe(false);
  });
});

describe('parts of a path', () => {
  it.each([
    ['/', '/', ''],
    ['/a', '/', 'a'],
    ['/a/b', '/a', 'b'],
  ])('splits %s', (path, parent, name) => {
    expect(parentOf(path)).toBe(parent);
    expect(nameOf(path)).toBe(name);
    if (name !== '') expect(join(parent, name)).toBe(path);
  });
});
