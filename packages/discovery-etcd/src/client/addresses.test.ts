import { describe, expect, it } from 'vitest';
import { parseAddresses } from './addresses.ts';

describe('parseAddresses', () => {
  it.each([
    ['e1:2379', false, ['http://e1:2379']],
    [' e1 , http://e2:1/ ,HTTP://[::1]:7,', false, ['http://e1:2379', 'http://e2:1', 'http://[::1]:7']],
    ['https://e1', false, ['https://e1:2379']],
    ['e1,https://e2:5', true, ['https://e1:2379', 'https://e2:5']],
  ])('%s', (text, isSecure, addresses) => {
    expect(parseAddresses(text, isSecure)).toEqual(addresses);
  });

  it.each([
    '',
    ' , ',
    'e1:0',
    'e1:70000',
    'e1:x',
    'ftp://e1',
    'http://e1/path',
    'http://u:p@e1',
    '::1',
    'a b',
  ])('refuses %j', (text) => {
    expect(() => parseAddresses(text, false)).toThrow(/kyuubi\.ha\.addresses/);
  });

  it('prints no password that was written into an address', () => {
    expect(() => parseAddresses('http://user:hush@e1', false)).toThrow(/^(?!.*hush).*\*\*\*@e1/);
  });

  it('refuses what contradicts itself, or TLS', () => {
    expect(() => parseAddresses('http://e1,https://e2', false)).toThrow(/some .* http and some/);
    expect(() => parseAddresses('http://e1', true)).toThrow(/ssl\.enabled/);
  });
});
