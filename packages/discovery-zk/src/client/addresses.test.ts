import { describe, expect, it } from 'vitest';
import { describe as textOf, hasNames, parseAddresses, resolveServers } from './addresses.ts';

describe('parseAddresses', () => {
  it.each([
    ['h:2181', [['h', 2181]], ''],
    [
      'h1:1, h2:2 ,h3',
      [
        ['h1', 1],
        ['h2', 2],
        ['h3', 2181],
      ],
      '',
    ],
    ['h:1/chroot/deep', [['h', 1]], '/chroot/deep'],
    ['h:1/', [['h', 1]], ''],
    [
      '[::1]:2182,127.0.0.1:1',
      [
        ['::1', 2182],
        ['127.0.0.1', 1],
      ],
      '',
    ],
  ])('%s', (text, addresses, chroot) => {
    expect(parseAddresses(text)).toEqual({
      addresses: addresses.map(([host, port]) => ({ host, port })),
      chroot,
    });
  });

  it.each(['', ' , ', 'h:x', 'h:0', 'h:70000', '::1:2181', 'h:1:2', 'h:1/a//b', '/chroot'])(
    'refuses %j and names the key',
    (text) => {
      expect(() => parseAddresses(text)).toThrow(/kyuubi\.ha\.addresses/);
    },
  );
});

describe('resolveServers', () => {
  const hosts: Record<string, readonly string[]> = { one: ['10.0.0.1'], two: ['10.0.0.2', 'fe80::2'] };
  const resolve = async (host: string): Promise<readonly string[]> => {
    const found = hosts[host];
    if (found === undefined) throw new Error(`getaddrinfo ENOTFOUND ${host}`);
    return found;
  };

  it('gives the handle numbers only, IPv6 without brackets', async () => {
    const ensemble = parseAddresses('one:1,two:2,[::1]:3,127.0.0.1:4/root');
    expect(await resolveServers(ensemble, resolve)).toBe('10.0.0.1:1,10.0.0.2:2,fe80::2:2,::1:3,127.0.0.1:4');
  });

  it('passes an unknown host over while another is known', async () => {
    expect(await resolveServers(parseAddresses('lost:1,one:2'), resolve)).toBe('10.0.0.1:2');
  });

  it('names every unknown host when there is no other', async () => {
    await expect(resolveServers(parseAddresses('lost:1,gone:2'), resolve)).rejects.toMatchObject({
      code: 'DISCOVERY_UNREACHABLE',
      message: expect.stringMatching(/lost:1,gone:2.*lost.*gone/),
    });
  });
});

it('hasNames and describe', () => {
  expect(hasNames(parseAddresses('127.0.0.1:1,[::1]:2'))).toBe(false);
  expect(hasNames(parseAddresses('127.0.0.1:1,localhost:2'))).toBe(true);
  expect(textOf(parseAddresses('a,[::1]:2/root/'))).toBe('a:2181,[::1]:2/root');
});
