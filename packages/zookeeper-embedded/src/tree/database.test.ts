import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import type { WatchEvent } from '../watch/watch-event.ts';
import { OPEN_ACL } from './acl.ts';
import type { Lifetime } from './create-mode.ts';
import { Database, firstZxid } from './database.ts';
import { SERVER_ACTOR } from './transaction.ts';

let clock: FakeClock;
let database: Database;

function create(path: string, lifetime: Lifetime = { kind: 'persistent' }): void {
  const actor = { sessionId: 1n, identities: [] };
  database.transact(actor, (txn) =>
    database.tree.create({ path, data: null, acl: OPEN_ACL, lifetime, isSequential: false }, txn),
  );
}

beforeEach(() => {
  clock = new FakeClock();
  database = new Database(clock);
});

describe('firstZxid', () => {
  it('is ahead of any zxid of a server started earlier', () => {
    const changesPerSecond = 1_000_000;
    expect(firstZxid(clock.now() + 1000)).toBeGreaterThan(firstZxid(clock.now()) + changesPerSecond);
  });

  it('can be held by a double for decades', () => {
    expect(Number.isSafeInteger(firstZxid(Date.UTC(2090, 0, 1)))).toBe(true);
  });

  it('is never negative, whatever the clock says', () => {
    expect(firstZxid(0)).toBe(0);
  });
});

describe('Database', () => {
  it('takes a zxid for each change, also for a refused one', () => {
    const before = database.lastZxid;
    create('/a');
    expect(() => create('/a')).toThrow('nodeExists');
    create('/b');
    expect(database.lastZxid).toBe(before + 3);
    expect(database.tree.need('/b').czxid).toBe(before + 3);
  });

  it('stamps changes with the clock', () => {
    clock.advance(1234);
    create('/a');
    expect(database.tree.need('/a').ctimeMs).toBe(clock.now());
  });

  it('tells nobody of a change that was taken back', () => {
    const heard: WatchEvent[] = [];
    const watcher = { notify: (event: WatchEvent) => heard.push(event) };
    database.watches.watchData('/a', watcher);
    database.watches.watchChildren('/', watcher);
    const failing = (): void => {
      database.transact(SERVER_ACTOR, (txn) => {
        const request = { path: '/a', data: null, acl: OPEN_ACL, isSequential: false };
        database.tree.create({ ...request, lifetime: { kind: 'persistent' } }, txn);
        throw new Error('no');
      });
    };
    expect(failing).toThrow();
    expect(heard).toEqual([]);
    expect(database.tree.get('/a')).toBeUndefined();
  });

  it('ends all ephemerals of a session under one zxid', () => {
    create('/a', { kind: 'ephemeral', owner: 1n });
    create('/b', { kind: 'ephemeral', owner: 1n });
    create('/c', { kind: 'ephemeral', owner: 2n });
    const zxids: number[] = [];
    for (const path of ['/a', '/b']) {
      database.watches.watchData(path, { notify: (event) => zxids.push(event.zxid) });
    }
    database.closeSession(1n);
    expect(zxids).toEqual([database.lastZxid, database.lastZxid]);
    expect([...database.tree.need('/').children]).toEqual(['zookeeper', 'c']);
  });

  it('sweeps expended nodes, each under its own zxid', () => {
    create('/t', { kind: 'ttl', ttlMs: 1000 });
    create('/u', { kind: 'ttl', ttlMs: 5000 });
    clock.advance(1001);
    const before = database.lastZxid;
    expect(database.sweep()).toBe(1);
    expect(database.lastZxid).toBe(before + 1);
    expect(database.tree.get('/t')).toBeUndefined();
    expect(database.tree.get('/u')).toBeDefined();
    expect(database.sweep()).toBe(0);
  });
});
