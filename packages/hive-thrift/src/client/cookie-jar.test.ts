import { describe, expect, it } from 'vitest';
import { CookieJar } from './cookie-jar.ts';

describe('CookieJar', () => {
  it('keeps names and values, the last of each', () => {
    const jar = new CookieJar();
    expect(jar.header(true)).toBeNull();
    jar.store(['a=1; Path=/; HttpOnly', 'b=x=y==', 'a=2']);
    expect(jar.header(false)).toBe('a=2; b=x=y==');
  });

  it('forgets what the server takes back', () => {
    const jar = new CookieJar();
    jar.store(['a=1', 'b=2']);
    jar.store(['a=; Max-Age=0']);
    expect(jar.header(false)).toBe('b=2');
  });

  it('sends Secure cookies over https only', () => {
    const jar = new CookieJar();
    jar.store(['a=1; SECURE', 'b=2']);
    expect([jar.header(false), jar.header(true)]).toEqual(['b=2', 'a=1; b=2']);
  });

  it('passes over what is no cookie', () => {
    const jar = new CookieJar();
    jar.store(['', '=1', 'novalue', '; a=1']);
    expect(jar.header(true)).toBeNull();
  });

  it('does not grow without end', () => {
    const jar = new CookieJar();
    for (let i = 0; i < 1000; i++) jar.store([`c${i}=1`]);
    expect(jar.header(true)?.split('; ')).toHaveLength(50);
  });
});
