import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { FakeHiveServer, type FakeServerOptions } from '../../../client/src/testing/fake-hive-server.ts';
import type { FrontDoor } from '../front-door.ts';
import { probe } from './probe.ts';

const forbidden = {
  message: 'env:KYUUBI_STATUS is forbidden, env:* variables can not be set.',
  sqlState: '42000',
};
const ways = ['binary', 'nosasl', 'http'] as const;
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function doorOf(options: FakeServerOptions): Promise<FrontDoor> {
  const server = await FakeHiveServer.start(options);
  closers.push(() => server.close());
  const { port } = server;
  if (options.transport === 'http') return { mode: 'http', url: `http://127.0.0.1:${port}/cliservice` };
  return { mode: 'binary', host: '127.0.0.1', port, isNoSasl: options.transport === 'nosasl' };
}

const silentServer = async (): Promise<Server> => {
  const server = createServer((socket) => closers.push(async () => socket.destroy()));
  closers.push(async () => new Promise((resolve) => server.close(resolve)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

it.each(ways)('a gateway that refuses the forbidden setting over %s serves', async (transport) => {
  expect(await probe(await doorOf({ transport, openError: forbidden }))).toEqual({ kind: 'serves' });
});

it.each(ways)('a draining gateway says so over %s', async (transport) => {
  const openError = { message: 'This gateway is being drained', sqlState: '08004' };
  expect(await probe(await doorOf({ transport, openError }))).toEqual({
    kind: 'draining',
    problem: 'This gateway is being drained',
  });
});

it('a server that refuses the login answers, and that is all one can know', async () => {
  expect(await probe(await doorOf({ password: 'another' }))).toEqual({ kind: 'serves' });
});

it('a server that opens the session is no gateway', async () => {
  expect(await probe(await doorOf({}))).toMatchObject({
    kind: 'broken',
    problem: expect.stringContaining('had to refuse'),
  });
});

it('a server that fails otherwise is broken', async () => {
  const openError = { message: 'out of memory', sqlState: 'HY001' };
  expect(await probe(await doorOf({ openError }))).toEqual({ kind: 'broken', problem: 'out of memory' });
});

it('nobody there is broken', async () => {
  const server = await silentServer();
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const door: FrontDoor = { mode: 'binary', host: '127.0.0.1', port, isNoSasl: false };
  expect(await probe(door)).toMatchObject({
    kind: 'broken',
    problem: expect.stringContaining('ECONNREFUSED'),
  });
});

it.each([
  ['binary', (port: number): FrontDoor => ({ mode: 'binary', host: '127.0.0.1', port, isNoSasl: false })],
  ['NOSASL', (port: number): FrontDoor => ({ mode: 'binary', host: '127.0.0.1', port, isNoSasl: true })],
  ['HTTP', (port: number): FrontDoor => ({ mode: 'http', url: `http://127.0.0.1:${port}/cliservice` })],
])('one that takes connections and does not answer over %s is silent', async (_way, door) => {
  const { port } = (await silentServer()).address() as AddressInfo;
  expect(await probe(door(port), 100)).toEqual({ kind: 'silent', problem: 'no answer within 0.1 seconds' });
});
