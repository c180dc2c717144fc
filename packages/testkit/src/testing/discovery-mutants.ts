import { ConnectionState } from '@senbon/core';
import { type Mutant, registering, registryMutants, same, watchMutants } from './registry-mutants.ts';

const never = new Promise<never>(() => undefined);
const deaf = (): AbortSignal => new AbortController().signal;

const lockMutants: readonly Mutant[] = [
  {
    wrong: 'locks nothing',
    test: 'excludes others, in this client and in another',
    mutate: () => ({ locks: { withLock: async (_path, _timeoutMs, fn) => fn(deaf()) } }),
  },
  {
    wrong: "swallows the function's error",
    test: "passes on the function's value and its error, and is free afterwards",
    mutate: ({ locks }) => ({
      locks: {
        withLock: (path, timeoutMs, fn) =>
          locks.withLock(path, timeoutMs, (signal) => fn(signal).catch(() => undefined as never)),
      },
    }),
  },
  {
    wrong: 'has one lock for all paths',
    test: 'locks at different paths are different locks',
    mutate: ({ locks }) => ({
      locks: { withLock: (_path, timeoutMs, fn, call) => locks.withLock('/one', timeoutMs, fn, call) },
    }),
  },
  {
    wrong: 'waits for a lock longer than it may',
    test: 'gives up after the time-out and leaves nothing in the way of others',
    mutate: ({ locks }) => ({
      locks: { withLock: (path, timeoutMs, fn) => locks.withLock(path, timeoutMs * 10, fn) },
    }),
  },
  {
    wrong: 'waits on when the wait is called off',
    test: 'a wait that is called off ends at once and leaves nothing in the way of others',
    mutate: ({ locks }) => ({
      locks: { withLock: (path, timeoutMs, fn) => locks.withLock(path, timeoutMs, fn) },
    }),
  },
  {
    wrong: 'does not say that a lock went with its client',
    test: 'a client that is closed loses its locks to others',
    mutate: ({ locks }) => ({
      locks: { withLock: (path, timeoutMs, fn) => locks.withLock(path, timeoutMs, () => fn(deaf())) },
    }),
  },
  {
    wrong: 'waits for locks after close',
    test: 'a client that is closed waits for no lock any more',
    mutate: ({ locks, connection }) => ({
      locks: {
        withLock: (path, timeoutMs, fn) =>
          locks.withLock(path, timeoutMs, fn).catch((error: unknown) => {
            if (connection.state === ConnectionState.closed) return never;
            throw error;
          }),
      },
    }),
  },
];

const recordMutants: readonly Mutant[] = [
  {
    wrong: 'claims to have deleted what was not there',
    test: 'a record is absent, then there, then replaced, then gone',
    mutate: ({ records }) => ({
      records: { ...records, delete: async (path) => (await records.delete(path)) || true },
    }),
  },
  {
    wrong: 'forgets to compare before it sets',
    test: 'expectations are kept: absent, a version, anything',
    mutate: ({ records }) => ({ records: { ...records, put: (path, value) => records.put(path, value) } }),
  },
  {
    wrong: 'lets the last of two win',
    test: 'many who count at once lose no count',
    mutate: ({ records }) => ({ records: { ...records, put: (path, value) => records.put(path, value) } }),
  },
  {
    wrong: 'cuts what is too long',
    test: 'any bytes up to 512 KiB, and no more',
    mutate: ({ records }) => ({
      records: {
        ...records,
        put: (path, value, options) => records.put(path, value.slice(0, 512 * 1024), options),
      },
    }),
  },
  {
    wrong: 'lists what is further down, too',
    test: 'lists the direct children that hold a value',
    mutate: ({ records }) => ({
      records: {
        ...records,
        list: async (path) => [...(await records.list(path)), ...(await records.list(`${path}/parent`))],
      },
    }),
  },
  {
    wrong: 'deletes a record with all below it',
    test: 'deleting a record leaves those below it',
    mutate: ({ records }) => ({
      records: {
        ...records,
        delete: async (path) => {
          for (const below of await records.list(path)) await records.delete(below.path);
          return records.delete(path);
        },
      },
    }),
  },
  {
    wrong: 'overwrites a secret that was to be made',
    test: 'a secret is kept like any record (without access control)',
    mutate: ({ records }) => ({
      records: {
        ...records,
        put: (path, value, options = {}) => records.put(path, value, options.secret === true ? {} : options),
      },
    }),
  },
];

const lifeMutants: readonly Mutant[] = [
  {
    wrong: 'says that it is connected after close',
    test: 'close takes the ephemeral nodes away and ends their registrations',
    mutate: () => ({ connection: { state: 'connected', onChange: () => () => undefined } }),
  },
  {
    wrong: 'works on after close',
    test: 'after close every operation is refused',
    mutate: () => ({
      records: { get: async () => null, put: async () => 0, delete: async () => true, list: async () => [] },
    }),
  },
  {
    wrong: 'does not look at signals',
    test: 'an aborted call ends with the reason of its signal',
    mutate: ({ records }) => ({ records: { ...records, get: (path) => records.get(path) } }),
  },
  {
    wrong: 'keeps the path of a node that is gone',
    test: 'a lost session: registers again, watches on, tells the states',
    mutate: (client) =>
      registering(client, same, (registration) => ({
        path: registration.path,
        ended: registration.ended,
        close: () => registration.close(),
      })),
  },
  {
    wrong: 'hides the loss of a session',
    test: 'a lost session: registers again, watches on, tells the states',
    mutate: ({ connection }) => ({
      connection: {
        get state() {
          return connection.state;
        },
        onChange: (listener) =>
          connection.onChange((state) => {
            if (state !== ConnectionState.lost) listener(state);
          }),
      },
    }),
  },
  {
    wrong: 'does not say that a lock went with its session',
    test: 'a lost session takes its locks with it',
    mutate: ({ locks }) => ({
      locks: { withLock: (path, timeoutMs, fn) => locks.withLock(path, timeoutMs, () => fn(deaf())) },
    }),
  },
];

/** At least one for each check of the suite. */
export const discoveryMutants: readonly Mutant[] = [
  ...registryMutants,
  ...watchMutants,
  ...lockMutants,
  ...recordMutants,
  ...lifeMutants,
];
