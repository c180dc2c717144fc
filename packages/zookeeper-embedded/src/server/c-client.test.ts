import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import ZooKeeper from 'zookeeper';
import { startTestServer } from '../testing/start.ts';
import type { TestServer } from '../testing/start.ts';
import { TcpProxy } from '../testing/tcp-proxy.ts';

const C = ZooKeeper.constants;
const WAIT_MS = 15_000;
const EXPIRED = -112;

type Client = InstanceType<typeof ZooKeeper>;

/** Apache's C client, as npm's `zookeeper` wraps it. */
async function connect(address: string): Promise<Client> {
  const config = { connect: address, timeout: 6000, debug_level: 0, host_order_deterministic: false };
  const client = new ZooKeeper({ ...config, response_counter_limit: 1_000_000 });
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('close', (_client: Client, code: number) => reject(new Error(`closed with ${code}`)));
    client.init({});
  });
  return client;
}

interface Heard {
  readonly type: number;
  readonly path: string;
}

/** A watch's first event; what it hears of the session itself (type -1) does not count. */
function listen(): { heard: Promise<Heard>; watcher: (type: number, state: number, path: string) => void } {
  let hear: (event: Heard) => void;
  const heard = new Promise<Heard>((resolve) => {
    hear = resolve;
  });
  return { heard, watcher: (type, _state, path) => (type === -1 ? undefined : hear({ type, path })) };
}

let test: TestServer;
let client: Client;

beforeEach(async () => {
  test = await startTestServer();
  client = await connect(test.server.address);
});

afterEach(() => client.close());

describe("Apache's C client", () => {
  it('registers as a gateway does and reads it back', async () => {
    await client.create('/kyuubi', '', 0);
    const name = '/kyuubi/serverUri=h:10009;version=1.12.0;sequence=';
    const path = await client.create(name, 'h:10009', C.ZOO_EPHEMERAL | C.ZOO_SEQUENCE);
    expect(path).toBe(`${name}0000000000`);
    const [children, stat] = (await client.get_children2('/kyuubi', false)) as [
      string[],
      { numChildren: number },
    ];
    expect(children).toEqual([path.slice('/kyuubi/'.length)]);
    expect(stat.numChildren).toBe(1);
    const [, data] = (await client.get(path, false)) as [unknown, Buffer];
    expect(String(data)).toBe('h:10009');
  });

  it('reads the stat as the server wrote it', async () => {
    await client.create('/a', 'abc', C.ZOO_EPHEMERAL);
    const stat = await client.exists('/a', false);
    const { zxid } = await (await test.connect()).ping();
    expect(stat).toMatchObject({
      czxid: zxid - 1,
      mzxid: zxid - 1,
      version: 0,
      dataLength: 3,
      numChildren: 0,
    });
    expect(new Date(stat.ctime).getTime()).toBe(test.clock.now());
    expect(BigInt(`0x${stat.ephemeralOwner}`)).toBe(BigInt(`0x${String(client.client_id)}`));
  });

  it('gets the errors it knows', async () => {
    await client.create('/a', '', 0);
    await client.create('/a/b', '', C.ZOO_EPHEMERAL);
    await expect(client.create('/a', '', 0)).rejects.toThrow('-110');
    await expect(client.create('/x/y', '', 0)).rejects.toThrow('-101');
    await expect(client.create('/a/b/c', '', 0)).rejects.toThrow('-108');
    await expect(client.delete_('/a', -1)).rejects.toThrow('-111');
    await expect(client.set('/a', 'x', 7)).rejects.toThrow('-103');
  });

  it('hears of children, data and deletion', async () => {
    await client.create('/a', '', 0);
    const [children, data, gone] = [listen(), listen(), listen()];
    await client.w_get_children('/a', children.watcher);
    await client.w_get('/a', data.watcher);
    const other = await test.connect();
    await other.create('/a/b');
    expect(await children.heard).toEqual({ type: C.ZOO_CHILD_EVENT, path: '/a' });
    await client.set('/a', 'x', -1);
    expect(await data.heard).toEqual({ type: C.ZOO_CHANGED_EVENT, path: '/a' });
    await client.w_exists('/a/b', gone.watcher);
    await client.delete_('/a/b', -1);
    expect(await gone.heard).toEqual({ type: C.ZOO_DELETED_EVENT, path: '/a/b' });
  });

  it('keeps others out by digest', async () => {
    await new Promise<void>((resolve, reject) => {
      client.add_auth('digest', 'ann:secret', (rc: number) =>
        rc === 0 ? resolve() : reject(new Error(`rc ${rc}`)),
      );
    });
    await client.create('/a', 'x', 0);
    await client.set_acl('/a', -1, [{ perms: C.ZOO_PERM_ALL, scheme: 'auth', auth: '' }] as never);
    const other = await connect(test.server.address);
    await expect(other.get('/a', false)).rejects.toThrow('-102');
    await client.get('/a', false);
    other.close();
  });

  it('moves a megabyte, nearly', async () => {
    const data = Buffer.alloc(1_000_000, 'x');
    await client.create('/large', data, 0);
    const [, read] = (await client.get('/large', false)) as [unknown, Buffer];
    expect(Buffer.from(read).equals(data)).toBe(true);
  });

  it('has thousands of requests in flight', async () => {
    await client.create('/n', '', 0);
    const paths = Array.from({ length: 3000 }, (_, i) => `/n/${i}`);
    await Promise.all(paths.map((path) => client.create(path, 'x', 0)));
    expect(await client.get_children('/n', false)).toHaveLength(3000);
  });
});

describe("Apache's C client, when things go wrong", () => {
  it(
    'comes back over a broken line with session, ephemerals and watches, and hears what it missed',
    async () => {
      const proxy = await TcpProxy.to(test.server.port);
      const far = await connect(proxy.address);
      await far.create('/e', '', C.ZOO_EPHEMERAL);
      await far.create('/p', '', 0);
      const [missed, later] = [listen(), listen()];
      await far.w_get('/p', missed.watcher);
      await far.w_get('/e', later.watcher);
      const back = new Promise((resolve) => {
        far.once('connect', resolve);
      });
      proxy.cut();
      await client.set('/p', 'changed', -1);
      expect(await missed.heard).toEqual({ type: C.ZOO_CHANGED_EVENT, path: '/p' });
      await back;
      expect(await client.pathExists('/e', false)).toBe(true);
      await client.set('/e', 'x', -1);
      expect(await later.heard).toEqual({ type: C.ZOO_CHANGED_EVENT, path: '/e' });
      far.close();
      await proxy.close();
    },
    WAIT_MS,
  );

  it(
    'learns that its session has expired',
    async () => {
      const lost = await connect(test.server.address);
      await lost.create('/e', '', C.ZOO_EPHEMERAL);
      const closed = new Promise<number>((resolve) => {
        lost.once('close', (_client: Client, code: number) => resolve(code));
      });
      test.clock.advance(9000);
      expect(await closed).toBe(EXPIRED);
      const again = await connect(test.server.address);
      expect(await again.pathExists('/e', false)).toBe(false);
      again.close();
    },
    WAIT_MS,
  );
});
