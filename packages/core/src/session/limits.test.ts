import { expect, it } from 'vitest';
import { readArea } from '../config/area.ts';
import { Conf } from '../config/conf.ts';
import { sessionArea } from './config.ts';
import { SessionLimits } from './limits.ts';

function limitsOf(values: Record<string, string>): SessionLimits {
  const prefixed = Object.entries(values).map(([key, value]) => [
    `kyuubi.server.limit.connections.${key}`,
    value,
  ]);
  return new SessionLimits(readArea(sessionArea, Conf.of(Object.fromEntries(prefixed))));
}

function refused(message: string) {
  return expect.objectContaining({ code: 'SESSION_LIMIT', sqlState: '08004', message });
}

it('has none by default', () => {
  const limits = limitsOf({});
  for (let i = 0; i < 1_000; i++) expect(() => limits.enter('alice', '10.0.0.1')).not.toThrow();
});

it('counts by user', () => {
  const limits = limitsOf({ 'per.user': '2' });
  limits.enter('alice', '10.0.0.1');
  const leave = limits.enter('alice', '10.0.0.2');
  expect(() => limits.enter('alice', '10.0.0.3')).toThrow(
    refused('Connection limit per user reached (user: alice limit: 2)'),
  );
  expect(() => limits.enter('bob', '10.0.0.1')).not.toThrow();
  leave();
  expect(() => limits.enter('alice', '10.0.0.3')).not.toThrow();
});

it('counts by address', () => {
  const limits = limitsOf({ 'per.ipaddress': '1' });
  limits.enter('alice', '10.0.0.1');
  expect(() => limits.enter('bob', '10.0.0.1')).toThrow(
    refused('Connection limit per ipaddress reached (ipaddress: 10.0.0.1 limit: 1)'),
  );
});

it('counts by both together, and tells that one first', () => {
  const limits = limitsOf({ 'per.user.ipaddress': '1', 'per.user': '1' });
  limits.enter('alice', '10.0.0.1');
  expect(() => limits.enter('alice', '10.0.0.1')).toThrow(
    refused('Connection limit per user:ipaddress reached (user:ipaddress: alice:10.0.0.1 limit: 1)'),
  );
});

it('counts nothing when it refuses', () => {
  const limits = limitsOf({ 'per.user': '1', 'per.ipaddress': '2' });
  limits.enter('alice', '10.0.0.1');
  for (let i = 0; i < 5; i++) expect(() => limits.enter('alice', '10.0.0.1')).toThrow(/per user/);
  expect(() => limits.enter('bob', '10.0.0.1')).not.toThrow();
});

it('counts one out only once', () => {
  const limits = limitsOf({ 'per.user': '2' });
  const leave = limits.enter('alice', 'x');
  limits.enter('alice', 'x');
  leave();
  leave();
  limits.enter('alice', 'x');
  expect(() => limits.enter('alice', 'x')).toThrow(/limit: 2/);
});

it('denies users and addresses before anything else, also unlimited ones', () => {
  const limits = limitsOf({
    'user.deny.list': 'eve',
    'ip.deny.list': '10.6.6.6',
    'user.unlimited.list': 'eve,root',
  });
  expect(() => limits.enter('eve', '10.0.0.1')).toThrow(
    refused('Connection denied because the user is in the deny user list. (user: eve)'),
  );
  expect(() => limits.enter('root', '10.6.6.6')).toThrow(
    refused('Connection denied because the client ip is in the deny ip list. (ipaddress: 10.6.6.6)'),
  );
});

it('does not count unlimited users', () => {
  const limits = limitsOf({ 'per.user': '1', 'per.ipaddress': '1', 'user.unlimited.list': 'root' });
  for (let i = 0; i < 10; i++) limits.enter('root', '10.0.0.1');
  expect(() => limits.enter('alice', '10.0.0.1')).not.toThrow();
});
