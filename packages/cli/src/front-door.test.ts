import { Conf, type Gateway } from '@senbon/core';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { clientOptionsOf, frontDoorOf, readFrontDoor, writeFrontDoor } from './front-door.ts';

const login = { user: 'ann', password: 'any' };
type Frontend = Gateway['frontends'][number];
const at = (protocol: Frontend['protocol'], port: number) => ({
  frontends: [{ protocol, port } as Frontend],
});

it.each([
  [{}, '127.0.0.1'],
  [{ 'kyuubi.frontend.bind.host': '0.0.0.0' }, '127.0.0.1'],
  [{ 'kyuubi.frontend.bind.host': '::' }, '127.0.0.1'],
  [{ 'kyuubi.frontend.thrift.binary.bind.host': '10.0.0.7' }, '10.0.0.7'],
  [{ 'kyuubi.frontend.advertised.host': 'load-balancer' }, '127.0.0.1'],
])('with %j is at %s', (conf, host) => {
  expect(frontDoorOf(at('THRIFT_BINARY', 7), Conf.of(conf as Record<string, string>))).toEqual({
    mode: 'binary',
    host,
    port: 7,
    isNoSasl: false,
  });
});

it('knows NOSASL and HTTP', () => {
  const noSasl = frontDoorOf(at('THRIFT_BINARY', 7), Conf.of({ 'kyuubi.authentication': 'nosasl' }));
  expect(clientOptionsOf(noSasl, login)).toEqual({
    host: '127.0.0.1',
    port: 7,
    auth: { mechanism: 'NOSASL' },
  });
  const conf = { 'kyuubi.frontend.bind.host': '::1', 'kyuubi.frontend.thrift.http.path': '/sql/' };
  const http = frontDoorOf(at('THRIFT_HTTP', 8), Conf.of(conf));
  expect(clientOptionsOf(http, login)).toEqual({
    mode: 'http',
    url: 'http://[::1]:8/sql',
    auth: { scheme: 'basic', ...login },
  });
});

it('is not there without a frontend', () => {
  expect(() => frontDoorOf({ frontends: [] }, Conf.of({}))).toThrow('kyuubi.frontend.protocols');
});

it('is written whole and read by another process', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'senbon-door-'));
  const path = join(dir, 'gateway.door');
  expect(await readFrontDoor(path)).toBeNull();
  const door = frontDoorOf(at('THRIFT_BINARY', 7), Conf.of({}));
  await writeFrontDoor(path, door);
  expect(await readFrontDoor(path)).toEqual(door);
  expect(await readdir(dir)).toEqual(['gateway.door']);
  await rm(dir, { recursive: true });
});
