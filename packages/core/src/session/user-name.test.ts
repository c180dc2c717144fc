import { expect, it } from 'vitest';
import { checkUserName, MAX_USER_NAME_CHARS } from './user-name.ts';

it.each(['alice', 'Ünï cödé', 'a/b@C', "'; DROP TABLE x", 'x'.repeat(MAX_USER_NAME_CHARS)])(
  '%s is a name',
  (name) => {
    expect(checkUserName(name)).toBe(name);
  },
);

it.each(['a\nb', 'a\rb', 'nul\0', '\u001b[31m', 'x'.repeat(MAX_USER_NAME_CHARS + 1), 'y'.repeat(10_000_000)])(
  'others are refused, in one short line',
  (name) => {
    const refused = expect.objectContaining({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringMatching(/^[^\n\r]{1,250}$/),
    });
    expect(() => checkUserName(name)).toThrow(refused);
  },
);
