import { type DiscoveryClient, silentLogger } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-zk';
import { encodeReply, frame, type MethodName, type TStatusCode } from '@senbon/hive-thrift';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engineNodes } from '../support/engine-nodes.ts';
import { query } from '../support/hive.ts';
import { FakeEngine, type FakeEngineOptions, goodReply, type Request } from './support/fake-engine.ts';
import { Random } from './support/random.ts';
import { Target } from './support/target.ts';

const GROWTH_MIB = 120;
const ANSWERED_WITHIN_MS = 15_000;

let target: Target;
let discovery: DiscoveryClient;
/** `/kyuubi_…/USER/default`, with USER to be replaced. */
let space: (user: string) => string;
let users = 0;

beforeAll(async () => {
  target = await Target.start({
    'kyuubi.session.engine.open.max.attempts': '1',
    'kyuubi.session.engine.open.retry.wait': 'PT0.1S',
    'kyuubi.engine.call.timeout': 'PT2S',
    'kyuubi.zookeeper.embedded.max.client.connections': '0',
  });
  const { host, port } = target.zooKeeper;
  discovery = await discoveryPlugin.open(
    {
      addresses: `${host}:${port}`,
      sessionTimeoutMs: 20_000,
      connectTimeoutMs: 15_000,
      conf: new Map(),
      logger: silentLogger,
    },
    {},
  );
  const [node = ''] = await engineNodes(target.zooKeeper);
  space = (user) => node.slice(0, node.lastIndexOf('/')).replace('/anna/', `/${user}/`);
});

afterAll(async () => {
  await discovery.close();
  await target.close();
});

interface Answer {
  readonly error: { readonly sqlState?: string; readonly message: string } | null;
  readonly tookMs: number;
}

/** What a client sees whose engine is this one. */
async function askThrough(options: FakeEngineOptions): Promise<Answer> {
  const engine = await FakeEngine.start(options);
  const user = `user${++users}`;
  const registration = await discovery.registry.register(space(user), {
    host: '127.0.0.1',
    port: engine.port,
    version: '1',
  });
  const began = performance.now();
  const client = await target.connect('binary', user);
  try {
    const session = await client.openSession({ user, timeoutMs: ANSWERED_WITHIN_MS });
    const error = await query(session, 'SELECT 1').then(
      () => null,
      (reason: unknown) => reason as Answer['error'],
    );
    return { error, tookMs: performance.now() - began };
  } catch (error) {
    return { error: error as Answer['error'], tookMs: performance.now() - began };
  } finally {
    await client.close();
    await registration.close().catch(() => undefined);
    await engine.close();
  }
}

async function expectClearError(options: FakeEngineOptions): Promise<void> {
  const { error, tookMs } = await askThrough(options);
  expect(error?.message).toMatch(/engine/i);
  expect(error?.sqlState).toMatch(/^08/);
  expect(tookMs).toBeLessThan(ANSWERED_WITHIN_MS);
  await target.ask('binary');
}

const i32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

describe.concurrent('an engine that does not even log in', () => {
  test.each<[string, NonNullable<FakeEngineOptions['onConnection']>]>([
    ['hangs up', (socket) => socket.destroy()],
    ['resets', (socket) => socket.resetAndDestroy()],
    ['is silent', () => {}],
    ['sends text', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['sends noise', (socket) => socket.write(new Random(1).bytes(70_000))],
    ['says BAD', (socket) => socket.write(Buffer.concat([Buffer.from([3]), i32(3), Buffer.from('no!')]))],
    ['says ERROR', (socket) => socket.write(Buffer.concat([Buffer.from([4]), i32(0)]))],
    ['says START', (socket) => socket.write(Buffer.concat([Buffer.from([1]), i32(0)]))],
    ['says OK for ever', (socket) => socket.write(Buffer.alloc(50_000, Buffer.from([2, 0, 0, 0, 0])))],
    ['announces 2^31-1 bytes', (socket) => socket.write(Buffer.concat([Buffer.from([2]), i32(0x7fffffff)]))],
    ['announces -1 bytes', (socket) => socket.write(Buffer.concat([Buffer.from([5]), i32(-1)]))],
    [
      'goes on behind COMPLETE',
      (socket) => socket.write(Buffer.concat([Buffer.from([5]), i32(0), Buffer.alloc(99, 7)])),
    ],
  ])('%s', async (_, onConnection) => {
    await expectClearError({ onConnection });
  });
});

const CUT_MESSAGE = 'a truncated message in a whole frame';

type Evil = (request: Request) => void;

const evils: readonly (readonly [string, Evil])[] = [
  ['noise', ({ socket }) => socket.write(frame(new Random(2).bytes(3_000)))],
  ['an empty frame', ({ socket }) => socket.write(i32(0))],
  ['a length of -1', ({ socket }) => socket.write(i32(-1))],
  ['a length of 2^31-1', ({ socket }) => socket.write(i32(0x7fffffff))],
  ['a length of 1 GiB and nothing', ({ socket }) => socket.write(i32(1_073_741_824))],
  [
    'half a reply, and hangs up',
    ({ socket, method, sequenceId }) => {
      socket.end(frame(goodReply(method, sequenceId)).subarray(0, 30));
    },
  ],
  [
    'half a reply, and nothing more',
    ({ socket, method, sequenceId }) => socket.write(frame(goodReply(method, sequenceId)).subarray(0, 30)),
  ],
  ['nothing', () => {}],
  ['a reset', ({ socket }) => socket.resetAndDestroy()],
  [
    CUT_MESSAGE,
    ({ socket, method, sequenceId }) => {
      const reply = goodReply(method, sequenceId);
      socket.write(frame(reply.subarray(0, reply.length - 9)));
    },
  ],
  [
    "another method's reply",
    ({ socket, sequenceId }) =>
      socket.write(frame(goodReply('CancelDelegationToken' as MethodName, sequenceId))),
  ],
  ['a wrong sequence id', ({ socket, method }) => socket.write(frame(goodReply(method, 0x7fff_ffff)))],
  [
    'two replies',
    ({ socket, method, sequenceId }) => {
      const reply = frame(goodReply(method, sequenceId));
      socket.write(Buffer.concat([reply, reply]));
    },
  ],
  [
    'a wild status',
    ({ socket, method, sequenceId }) =>
      socket.write(
        frame(
          encodeReply('CloseSession', sequenceId, {
            status: {
              statusCode: 2_147_483_647 as TStatusCode,
              infoMessages: Array.from({ length: 1_000 }, () => '\0\u{1F600}'.repeat(50)),
              sqlState: 'this is no SQLSTATE',
              errorCode: -2_147_483_648,
              errorMessage: `${method}\n\0\u001b[31m${'x'.repeat(100_000)}`,
            },
          }),
        ),
      ),
  ],
];

describe.concurrent.each(['OpenSession', 'ExecuteStatement', 'FetchResults'] as const)(
  'an engine that answers %s with',
  (method) => {
    // A message that is cut within a whole frame looks to the client like one whose rest is still to come.
    const those = evils.filter(([name]) => method !== 'FetchResults' || name !== CUT_MESSAGE);
    test.each(those)('%s', async (name, evil) => {
      const options: FakeEngineOptions = {
        onRequest: (request) => {
          if (request.method !== method) return false;
          evil(request);
          return true;
        },
      };
      const { error, tookMs } = await askThrough(options);
      // Those two are answered before the gateway can know that anything is wrong.
      if (name !== 'two replies' && name !== 'a wrong sequence id') {
        expect(error).not.toBeNull();
        expect(error?.message.length).toBeLessThan(20_000);
        // What the gateway reads itself it can explain; a result passes unread.
        const isRead = method !== 'FetchResults' && name !== 'a wild status';
        if (isRead) expect(error?.sqlState, error?.message).toMatch(/^08/);
      }
      expect(tookMs).toBeLessThan(ANSWERED_WITHIN_MS);
      await target.ask('binary');
    });
  },
);

test('an engine that sends its replies byte by byte is served', async () => {
  const calls: string[] = [];
  const { error } = await askThrough({
    onRequest: ({ socket, method, sequenceId }) => {
      calls.push(method);
      for (const byte of frame(goodReply(method, sequenceId))) socket.write(Buffer.from([byte]));
      return true;
    },
  });
  expect(calls).toEqual(expect.arrayContaining(['OpenSession', 'ExecuteStatement']));
  // It knows no rows, and the client says so.
  expect(error?.message ?? '').not.toMatch(/cannot be reached|lost/);
});

describe.concurrent('a space full of nonsense', () => {
  test('ten thousand children, unreadable data, huge data and dead ports: the engine there is found', async () => {
    const user = `user${++users}`;
    const path = space(user);
    const { records, registry } = discovery;
    for (let batch = 0; batch < 20; batch++) {
      const names = Array.from({ length: 500 }, (_, at) => `${path}/stray-${batch}-${at}`);
      await Promise.all(names.map((name) => records.put(name, Buffer.from('stray'))));
    }
    const noise = new Random(3);
    for (const [at, data] of [noise.bytes(500_000), noise.bytes(10), Buffer.from('a:b:c:d')].entries()) {
      await records.put(`${path}/serverUri=127.0.0.1:1;version=1;sequence=000000000${at}`, data);
    }
    const client = await target.connect('binary', user);
    const session = await client.openSession({ user, timeoutMs: 60_000 });
    expect(await query(session, 'SELECT 42')).toEqual([[42]]);
    await client.close();
    expect((await registry.list(path)).length).toBe(1);
  });

  test.each(['closed', 'silent'] as const)('a node that points at a %s port', async (kind) => {
    const engine = await FakeEngine.start({ onConnection: () => {} });
    const { port } = engine;
    if (kind === 'closed') await engine.close();
    const user = `user${++users}`;
    await discovery.registry.register(space(user), { host: '127.0.0.1', port, version: '1' });
    const client = await target.connect('binary', user);
    const session = await client.openSession({ user, timeoutMs: 60_000 });
    await expect(query(session, 'SELECT 1')).rejects.toMatchObject({
      sqlState: expect.stringMatching(/^08/),
    });
    await client.close();
    if (kind === 'silent') await engine.close();
  });
});

test('nothing of all this is left', async () => {
  await target.expectUnharmed(GROWTH_MIB);
});
