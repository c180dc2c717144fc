import { TTypeId } from '@senbon/hive-thrift';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientError } from './client-error.ts';
import { connect } from './connect.ts';
import type { ConnectOptions } from './connect-options.ts';
import type { Connection } from './connection/connection.ts';
import type { DiscoveredServer } from './discovery/discovered-server.ts';
import { FakeHiveServer, type FakeServerOptions } from './testing/fake-hive-server.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(options: FakeServerOptions = {}): Promise<FakeHiveServer> {
  const one = { columns: [{ name: 'one', type: TTypeId.INT }], rows: [[1]] };
  const server = await FakeHiveServer.start({ statement: () => one, ...options });
  closers.push(() => server.close());
  return server;
}

async function open(url: string, options: ConnectOptions = {}): Promise<Connection> {
  const connection = await connect(url, options);
  closers.push(() => connection.close());
  return connection;
}

/** A port of the loopback interface where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

const rows = async (connection: Connection) => (await connection.query('SELECT 1')).toArray();

describe('connect directly', () => {
  it('logs in over SASL PLAIN and opens the session', async () => {
    const server = await start();
    const connection = await open(`jdbc:hive2://127.0.0.1:${server.port}/sales?k=v`, {
      user: 'ann',
      password: 'pw',
    });
    expect(await rows(connection)).toEqual([[1]]);
    const [opened] = server.service.opened;
    expect(opened?.user).toBe('ann');
    expect(opened?.request.username).toBeUndefined();
    expect(Object.fromEntries(opened?.request.configuration ?? [])).toEqual({
      'use:database': 'sales',
      'set:hiveconf:k': 'v',
    });
    expect(connection.server).toBe(`127.0.0.1:${server.port}`);
    expect(connection.launch).toBeNull();
    await connection.close();
    expect(server.service.openSessions.size).toBe(0);
  });

  it('sends user and password in OpenSession with noSasl', async () => {
    const server = await start({ transport: 'nosasl' });
    const connection = await open(`jdbc:hive2://127.0.0.1:${server.port}/;auth=noSasl;user=ann;password=pw`);
    expect(await rows(connection)).toEqual([[1]]);
    expect(server.service.opened[0]?.request).toMatchObject({ username: 'ann', password: 'pw' });
  });

  it('speaks HTTP with headers, cookies and a path', async () => {
    const server = await start({ transport: 'http' });
    const vars = 'transportMode=http;httpPath=/a/b;http.header.X-Team=bi;http.cookie.route=7;user=ann';
    const connection = await open(`jdbc:hive2://127.0.0.1:${server.port}/;${vars}`);
    expect(await rows(connection)).toEqual([[1]]);
    expect(server.paths[0]).toBe('/a/b');
    expect(server.requests[0]).toMatchObject({ 'x-team': 'bi', cookie: 'route=7' });
    expect(server.service.opened[0]?.user).toBe('ann');
  });

  it('sends a token over HTTP only', async () => {
    const server = await start({ transport: 'http' });
    await open(`jdbc:hive2://127.0.0.1:${server.port}/;transportMode=http;auth=jwt;jwt=abc`);
    expect(server.requests[0]?.authorization).toBe('Bearer abc');
    await expect(connect('jdbc:hive2://127.0.0.1:1/;jwt=abc')).rejects.toThrow('transportMode=http');
  });

  it('takes the first host that answers', async () => {
    const server = await start();
    const dead = await closedPort();
    const connection = await open(`jdbc:hive2://127.0.0.1:${dead},127.0.0.1:${server.port}/`);
    expect(connection.server).toBe(`127.0.0.1:${server.port}`);
  });

  it('says why each of several hosts failed', async () => {
    const [a, b] = [await closedPort(), await closedPort()];
    const error = await connect(`jdbc:hive2://127.0.0.1:${a},127.0.0.1:${b}/`).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'CONNECT_FAILED', sqlState: '08S01', retryable: true });
    expect(String(error)).toMatch(new RegExp(`any of 2 servers.*${a}.*ECONNREFUSED.*${b}.*ECONNREFUSED`));
  });

  it('goes on to the next host when one is being drained', async () => {
    const drained = await start({ openError: { message: 'being drained', sqlState: '08004' } });
    const server = await start();
    const url = `jdbc:hive2://127.0.0.1:${drained.port},127.0.0.1:${server.port}/`;
    expect((await open(url)).server).toBe(`127.0.0.1:${server.port}`);
  });

  it('does not try a refused login elsewhere', async () => {
    for (const transport of ['binary', 'http'] as const) {
      const [first, second] = [
        await start({ transport, password: 'right' }),
        await start({ transport, password: 'right' }),
      ];
      const url = `jdbc:hive2://127.0.0.1:${first.port},127.0.0.1:${second.port}/;transportMode=${transport}`;
      const error = await connect(url, { user: 'ann', password: 'wrong' }).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'LOGIN_REFUSED', sqlState: '28000' });
      expect(String(error)).toContain('wrong password');
      expect(second.service.opened).toEqual([]);
    }
  });

  it('does not ask another server for what the first forbids', async () => {
    const server = await start({ openError: { message: 'k is a restrict key', sqlState: '42000' } });
    const url = `jdbc:hive2://127.0.0.1:${server.port},127.0.0.1:${await closedPort()}/`;
    await expect(connect(url)).rejects.toMatchObject({ name: 'HiveError', sqlState: '42000' });
  });

  it('gives up on a silent server in time', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    closers.push(async () => silent.close());
    const { port } = silent.address() as { port: number };
    const url = `jdbc:hive2://127.0.0.1:${port}/;connectTimeout=50`;
    await expect(connect(url)).rejects.toThrow('within 50 ms');
    const http = `jdbc:hive2://127.0.0.1:${port}/;transportMode=http;socketTimeout=50`;
    await expect(connect(http)).rejects.toThrow('within 50 ms');
  });

  it('stops at the signal', async () => {
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    const server = await start();
    const url = `jdbc:hive2://127.0.0.1:${server.port}/`;
    await expect(connect(url, { signal: controller.signal })).rejects.toThrow('enough');
  });
});

describe('connect by discovery', () => {
  const url = 'jdbc:hive2://zk1:2181,zk2/;serviceDiscoveryMode=zooKeeper;zooKeeperNamespace=kyuubi';
  let server: FakeHiveServer;
  let dead: number;
  const node = (port: number, published: Record<string, string> = {}): DiscoveredServer => ({
    name: `serverUri=127.0.0.1:${port}`,
    host: '127.0.0.1',
    port,
    published: new Map(Object.entries(published)),
  });
  beforeEach(async () => {
    server = await start();
    dead = await closedPort();
  });

  it('asks for the namespace', async () => {
    let asked: unknown;
    const discover = async (lookup: unknown) => {
      asked = lookup;
      return [node(server.port)];
    };
    await open(url, { discover });
    expect(asked).toMatchObject({ addresses: 'zk1:2181,zk2:2181', namespace: 'kyuubi', transportMode: null });
  });

  it('picks at random and takes the next when one refuses', async () => {
    const discover = async () => [node(dead), node(server.port)];
    const picks = [0, 0.99].map(async (pick) => (await open(url, { discover, random: () => pick })).server);
    expect(await Promise.all(picks)).toEqual([`127.0.0.1:${server.port}`, `127.0.0.1:${server.port}`]);
  });

  it('tries the list again as often as retries says', async () => {
    let lookups = 0;
    const discover = async () => [node(++lookups === 2 ? server.port : dead)];
    await open(`${url};retries=2`, { discover });
    expect(lookups).toBe(2);
    await expect(connect(url, { discover: async () => [node(dead)] })).rejects.toThrow('ECONNREFUSED');
  });

  it('takes over what a server published, unless the URL says otherwise', async () => {
    const http = await start({ transport: 'http' });
    const published = { transportMode: 'http', httpPath: 'cliservice' };
    await open(url, { discover: async () => [node(http.port, published)] });
    expect(http.paths[0]).toBe('/cliservice');
    await open(`${url};httpPath=other`, { discover: async () => [node(http.port, published)] });
    expect(http.paths.at(-1)).toBe('/other');
  });

  it('advises when nobody is registered', async () => {
    const none = { discover: async () => [] };
    await expect(connect(url, none)).rejects.toThrow('/kyuubi of ZooKeeper zk1:2181,zk2:2181. Check');
    const silent = 'jdbc:hive2://zk1/;serviceDiscoveryMode=zooKeeper';
    await expect(connect(silent, none)).rejects.toThrow("that of Kyuubi's servers is kyuubi");
    await expect(connect(silent, none)).rejects.toBeInstanceOf(ClientError);
  });
});
