import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SenbonError } from '../errors/senbon-error.ts';
import {
  ConnectionState,
  type DiscoveryClient,
  type DiscoveryPlugin,
  type Registration,
  type ServiceNode,
} from '../ports/discovery.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { MemoryEnsemble } from '../testing/memory-discovery.ts';
import { RecordingLogger } from '../testing/recording-logger.ts';
import { guardDiscovery } from './guard-discovery.ts';

const CALL_MS = 30_000;
const never = () => new Promise<never>(() => {});
const spec = { host: 'a', port: 1, version: 'v' };

let clock: FakeClock;
let logger: RecordingLogger;
let ensemble: MemoryEnsemble;

beforeEach(() => {
  clock = new FakeClock();
  logger = new RecordingLogger();
  ensemble = new MemoryEnsemble(clock);
});

type Broken = { readonly [K in keyof DiscoveryClient]?: Partial<DiscoveryClient[K]> };

const options = () => ({
  addresses: 'zk:1',
  sessionTimeoutMs: 1_000,
  connectTimeoutMs: 10_000,
  conf: new Map<string, string>(),
  logger,
});

function guard(plugin: DiscoveryPlugin): DiscoveryPlugin {
  return guardDiscovery(plugin, { callTimeoutMs: CALL_MS, clock, logger });
}

/** A plugin that is right but for the methods given. */
async function opened(broken: Broken = {}): Promise<DiscoveryClient> {
  const client = ensemble.client();
  const plugin = {
    ...ensemble.plugin,
    open: async () => ({
      registry: { ...client.registry, ...broken.registry },
      locks: { ...client.locks, ...broken.locks },
      records: { ...client.records, ...broken.records },
      connection: { ...client.connection, ...broken.connection },
      close: (broken.close as (() => Promise<void>) | undefined) ?? (() => client.close()),
    }),
  };
  return guard(plugin).open(options(), {});
}

type Call = (client: DiscoveryClient, signal?: AbortSignal) => Promise<unknown>;

const calls: readonly (readonly [string, keyof DiscoveryClient, string, Call])[] = [
  ['register', 'registry', 'register', (c, signal) => c.registry.register('/s', spec, by(signal))],
  ['list', 'registry', 'list', (c, signal) => c.registry.list('/s', by(signal))],
  ['watch', 'registry', 'watch', (c, signal) => c.registry.watch('/s', () => {}, by(signal))],
  ['remove', 'registry', 'remove', (c, signal) => c.registry.remove('/s/x', by(signal))],
  ['withLock', 'locks', 'withLock', (c, signal) => c.locks.withLock('/s', 1, async () => 1, by(signal))],
  ['get', 'records', 'get', (c, signal) => c.records.get('/s', by(signal))],
  ['put', 'records', 'put', (c, signal) => c.records.put('/s', new Uint8Array(1), by(signal))],
  ['delete', 'records', 'delete', (c, signal) => c.records.delete('/s', by(signal))],
  ['records.list', 'records', 'list', (c, signal) => c.records.list('/s', by(signal))],
];

function by(signal: AbortSignal | undefined) {
  return signal === undefined ? {} : { signal };
}

describe.each(calls)('%s of a plugin', (_, part, method, call) => {
  it.each([
    [
      'throws at once',
      () => {
        throw new TypeError('undefined is not a function');
      },
      'undefined is not a function',
    ],
    ['rejects with text', () => Promise.reject('just text'), 'just text'],
    ['rejects with nothing', () => Promise.reject(undefined), 'undefined'],
  ])('that %s is an error that names it', async (_name, broken, text) => {
    const client = await opened({ [part]: { [method]: broken } });
    await expect(call(client)).rejects.toMatchObject({
      code: 'DISCOVERY_FAILED',
      message: expect.stringMatching(new RegExp(`plugin memory, \\w+\\.${method}: ${text}`)),
    });
  });

  it("that fails with an error of the port's passes it on", async () => {
    const error = new SenbonError('DISCOVERY_UNREACHABLE', { addresses: 'zk', problem: 'down' });
    const client = await opened({ [part]: { [method]: () => Promise.reject(error) } });
    await expect(call(client)).rejects.toBe(error);
  });

  it('that never ends is given up in time, and told so', async () => {
    let given: AbortSignal | undefined;
    const hang = (...args: unknown[]) => {
      given = (args.at(-1) as { signal: AbortSignal }).signal;
      return never();
    };
    const client = await opened({ [part]: { [method]: hang } });
    const failed = expect(call(client)).rejects.toMatchObject({
      code: 'DISCOVERY_FAILED',
      message: expect.stringMatching(/plugin memory did not finish .* within \d+ ms/),
    });
    await vi.waitFor(() => expect(clock.delays).toHaveLength(1));
    clock.advance(200_000);
    await failed;
    expect(given?.aborted).toBe(true);
    expect(clock.delays).toEqual([]);
  });

  it('ends when its caller wants it no more', async () => {
    const client = await opened({ [part]: { [method]: never } });
    const abort = new AbortController();
    const reason = new Error('no longer');
    const failed = expect(call(client, abort.signal)).rejects.toBe(reason);
    abort.abort(reason);
    await failed;
    await expect(call(client, abort.signal)).rejects.toBe(reason);
    expect(clock.delays).toEqual([]);
  });

  it('is refused after close, and ends with it', async () => {
    const client = await opened({ [part]: { [method]: never } });
    const failed = expect(call(client)).rejects.toMatchObject({ code: 'DISCOVERY_CLOSED' });
    await client.close();
    await failed;
    await expect(call(client)).rejects.toMatchObject({ code: 'DISCOVERY_CLOSED' });
  });
});

describe('open', () => {
  it('opens once, and again after a failure', async () => {
    const open = vi.fn(async () => ensemble.client()).mockRejectedValueOnce('nobody there');
    const plugin = guard({ ...ensemble.plugin, open });
    await expect(plugin.open(options(), {})).rejects.toMatchObject({
      code: 'DISCOVERY_UNREACHABLE',
      message: 'Service discovery at zk:1 cannot be reached: plugin memory: nobody there',
    });
    const [one, two] = await Promise.all([plugin.open(options(), {}), plugin.open(options(), {})]);
    expect(one).toBe(two);
    expect(open).toHaveBeenCalledTimes(2);
  });

  it('ends in time, and closes the client that came too late', async () => {
    let arrive: (client: DiscoveryClient) => void = () => {};
    const open = () =>
      new Promise<DiscoveryClient>((resolve) => {
        arrive = resolve;
      });
    const failed = expect(guard({ ...ensemble.plugin, open }).open(options(), {})).rejects.toMatchObject({
      code: 'DISCOVERY_UNREACHABLE',
    });
    clock.advance(15_000);
    await failed;
    const late = ensemble.client();
    arrive(late);
    await vi.waitFor(() => expect(late.isClosed).toBe(true));
  });
});

describe('close', () => {
  it.each([
    ['hangs', never],
    [
      'throws',
      () => {
        throw new Error('boom');
      },
    ],
    ['rejects', () => Promise.reject('boom')],
  ])('is called once and ends, also when the plugin %s', async (_, broken) => {
    const close = vi.fn(broken);
    const client = await opened({ close } as unknown as Broken);
    const closing = Promise.all([client.close(), client.close()]);
    clock.advance(CALL_MS);
    await closing;
    expect(close).toHaveBeenCalledTimes(1);
    expect(logger.has('did not close cleanly')).toBe(true);
  });
});

describe('a watch', () => {
  it('hears nothing after it is closed, and its listener may throw', async () => {
    let tell: (nodes: readonly ServiceNode[]) => void = () => {};
    const client = await opened({
      registry: {
        watch: async (_space, listener) => {
          tell = listener;
          return { close: () => {} };
        },
      },
    });
    const heard: number[] = [];
    const subscription = await client.registry.watch('/s', (nodes) => {
      heard.push(nodes.length);
      if (nodes.length === 0) throw new Error('my own fault');
    });
    tell([]);
    expect(logger.has('A listener of the watch of /s failed')).toBe(true);
    tell('no list' as unknown as readonly ServiceNode[]);
    subscription.close();
    tell([]);
    const other = await client.registry.watch('/s', () => heard.push(-1));
    await client.close();
    tell([]);
    expect(heard).toEqual([0]);
    other.close();
  });

  it('that comes too late is closed', async () => {
    const close = vi.fn();
    let arrive = () => {};
    const watch = () =>
      new Promise<{ close: () => void }>((resolve) => {
        arrive = () => resolve({ close });
      });
    const client = await opened({ registry: { watch } });
    const failed = expect(client.registry.watch('/s', () => {})).rejects.toMatchObject({
      code: 'DISCOVERY_FAILED',
    });
    clock.advance(CALL_MS);
    await failed;
    arrive();
    await vi.waitFor(() => expect(close).toHaveBeenCalledTimes(1));
  });
});

it('a list that is none is an error', async () => {
  const client = await opened({ registry: { list: async () => null as never } });
  await expect(client.registry.list('/s')).rejects.toThrow(
    'plugin memory answered registry.list with no list',
  );
});

it.each([
  [4_000, 4_000],
  [Number.NaN, undefined],
  [-1, undefined],
])('a session time-out of the ensemble’s own is passed on when it is one: %d', async (given, seen) => {
  const client = await opened({ connection: { sessionTimeoutMs: given } });
  expect(client.connection.sessionTimeoutMs).toBe(seen);
});

it('a session time-out of the ensemble’s own is the present session’s', async () => {
  const connection = { ...ensemble.client().connection, sessionTimeoutMs: 4_000 };
  const open = async () => Object.assign(ensemble.client(), { connection });
  const client = await guard({ ...ensemble.plugin, open }).open(options(), {});
  connection.sessionTimeoutMs = 9_000;
  expect(client.connection.sessionTimeoutMs).toBe(9_000);
});

it('the connection may call back when nobody listens any more', async () => {
  let tell: (state: ConnectionState) => void = () => {};
  const client = await opened({
    connection: {
      onChange: (listener) => {
        tell = listener;
        return () => {};
      },
    },
  });
  const states: string[] = [];
  const off = client.connection.onChange((state) => states.push(state));
  tell(ConnectionState.lost);
  off();
  tell(ConnectionState.connected);
  expect(states).toEqual(['lost']);
  expect(client.connection.state).toBe('connected');
});

describe('a registration', () => {
  it('whose plugin loses sight of it does not end', async () => {
    const registration = {
      path: '/s/n',
      ended: Promise.reject('oops'),
      close: () => {
        throw new Error('cannot');
      },
    } as unknown as Registration;
    const client = await opened({ registry: { register: async () => registration } });
    const guarded = await client.registry.register('/s', spec);
    expect(guarded.path).toBe('/s/n');
    await vi.waitFor(() => expect(logger.has('lost sight of /s/n')).toBe(true));
    await expect(guarded.close()).rejects.toMatchObject({ code: 'DISCOVERY_FAILED' });
  });

  it('is closed once, and again when that failed', async () => {
    const close = vi.fn(async () => {}).mockRejectedValueOnce('nobody there');
    const registration = { path: '/s/n', ended: never(), close };
    const client = await opened({ registry: { register: async () => registration } });
    const guarded = await client.registry.register('/s', spec);
    await expect(guarded.close()).rejects.toMatchObject({ code: 'DISCOVERY_FAILED' });
    await Promise.all([guarded.close(), guarded.close()]);
    await guarded.close();
    expect(close).toHaveBeenCalledTimes(2);
  });

  it('that comes too late is taken back', async () => {
    const close = vi.fn(async () => {});
    let arrive = () => {};
    const register = () =>
      new Promise<Registration>((resolve) => {
        arrive = () => resolve({ path: '/s/n', ended: never(), close });
      });
    const client = await opened({ registry: { register } });
    const failed = expect(client.registry.register('/s', spec)).rejects.toMatchObject({
      code: 'DISCOVERY_FAILED',
    });
    clock.advance(150_000);
    await failed;
    arrive();
    await vi.waitFor(() => expect(close).toHaveBeenCalledTimes(1));
  });
});
