import { hostname, networkInterfaces } from 'node:os';
import { expect, it } from 'vitest';
import { advertisedHostOf, localIp, withDefaultPort } from './addresses.ts';

it.each([
  [{ advertisedHost: 'gw.example.org', bindHost: '10.0.0.1' }, 'gw.example.org'],
  [{ advertisedHost: null, bindHost: '10.0.0.1' }, '10.0.0.1'],
])('advertises what is configured: %j', async (input, host) => {
  expect(await advertisedHostOf({ useHostname: true, ...input })).toBe(host);
});

it.each(['0.0.0.0', '::', '*', '', null])('never advertises the wildcard %j', async (bindHost) => {
  expect(await advertisedHostOf({ advertisedHost: null, bindHost, useHostname: false })).toBe(localIp());
  expect([hostname(), localIp()]).toContain(
    await advertisedHostOf({ advertisedHost: null, bindHost, useHostname: true }),
  );
});

it('knows an address of this machine', () => {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  expect([...all.map(({ address }) => address), '127.0.0.1']).toContain(localIp());
});

it.each([
  ['a,b', 2181, 'a:2181,b:2181'],
  ['a:1, b', 2181, 'a:1,b:2181'],
  ['a:1/chroot,b', 2181, 'a:1/chroot,b:2181'],
  ['a,b/chroot', 2181, 'a:2181,b:2181/chroot'],
  ['http://a:2379', 2181, 'http://a:2379'],
  ['a,b', null, 'a,b'],
])('adds to %s the port %s', (addresses, port, expected) => {
  expect(withDefaultPort(addresses, port)).toBe(expected);
});
