import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { OPEN_ACL } from '../tree/acl.ts';
import { Database } from '../tree/database.ts';
import { SERVER_ACTOR } from '../tree/transaction.ts';
import { ErrorCode } from '../wire/error-code.ts';
import type { Acl } from '../wire/records.ts';
import { EventType } from './watch-event.ts';
import type { Watcher, WatchEvent } from './watch-event.ts';
import { MAX_WATCH_BYTES, WatchMode, WatchTable } from './watch-table.ts';

const NAMES = new Map<number, string>(Object.entries(EventType).map(([name, type]) => [type, name]));

class Listener implements Watcher {
  readonly heard: string[] = [];
  readonly lists: (readonly Acl[] | null)[] = [];
  readonly zxids: number[] = [];

  notify({ type, path, zxid }: WatchEvent, acl: readonly Acl[] | null): void {
    this.heard.push(`${NAMES.get(type)} ${path}`);
    this.lists.push(acl);
    this.zxids.push(zxid);
  }

  take(): string[] {
    return this.heard.splice(0);
  }
}

let database: Database;
let one: Listener;
let two: Listener;

const watches = () => database.watches;

function create(path: string, acl: readonly Acl[] = OPEN_ACL): void {
  database.transact({ sessionId: 1n, identities: [] }, (txn) =>
    database.tree.create(
      { path, data: null, acl, lifetime: { kind: 'persistent' }, isSequential: false },
      txn,
    ),
  );
}

function write(path: string): void {
  database.transact(SERVER_ACTOR, (txn) => database.tree.setData(path, null, -1, txn));
}

function remove(path: string): void {
  database.transact(SERVER_ACTOR, (txn) => database.tree.delete(path, -1, txn));
}

beforeEach(() => {
  database = new Database(new FakeClock());
  one = new Listener();
  two = new Listener();
});

describe('watches that fire once', () => {
  it('hear of create, change and delete, once each', () => {
    watches().watchData('/a', one);
    create('/a');
    write('/a');
    expect(one.take()).toEqual(['created /a']);
    watches().watchData('/a', one);
    write('/a');
    write('/a');
    expect(one.take()).toEqual(['dataChanged /a']);
    watches().watchData('/a', one);
    remove('/a');
    expect(one.take()).toEqual(['deleted /a']);
    expect(watches().count).toBe(0);
  });

  it('hear of children made and deleted, not of their data', () => {
    watches().watchChildren('/', one);
    create('/a');
    expect(one.take()).toEqual(['childrenChanged /']);
    watches().watchChildren('/', one);
    write('/a');
    expect(one.take()).toEqual([]);
    remove('/a');
    expect(one.take()).toEqual(['childrenChanged /']);
  });

  it('hear of a delete once, though both watches end with it', () => {
    create('/a');
    watches().watchData('/a', one);
    watches().watchChildren('/a', one);
    watches().watchChildren('/a', two);
    remove('/a');
    expect(one.take()).toEqual(['deleted /a']);
    expect(two.take()).toEqual(['deleted /a']);
    expect(watches().count).toBe(0);
  });

  it('carry the zxid of the change and the lists to check against', () => {
    const readOnly: Acl[] = [{ perms: 1, id: { scheme: 'world', id: 'anyone' } }];
    create('/a');
    watches().watchChildren('/a', one);
    watches().watchData('/a/b', one);
    create('/a/b', readOnly);
    expect(one.heard).toEqual(['created /a/b', 'childrenChanged /a']);
    expect(one.zxids).toEqual([database.lastZxid, database.lastZxid]);
    expect(one.lists).toEqual([readOnly, OPEN_ACL]);
  });
});

describe('watches for good', () => {
  it('hear everything on one node when persistent', () => {
    watches().watchForGood('/a', one, 0);
    create('/a');
    write('/a');
    create('/a/b');
    write('/a/b');
    remove('/a/b');
    remove('/a');
    create('/a');
    expect(one.take()).toEqual([
      'created /a',
      'dataChanged /a',
      'childrenChanged /a',
      'childrenChanged /a',
      'deleted /a',
      'created /a',
    ]);
  });

  it('hear everything below when recursive, except lists of children', () => {
    watches().watchForGood('/a', one, 1);
    create('/a');
    create('/a/b');
    write('/a/b');
    remove('/a/b');
    create('/ab');
    expect(one.take()).toEqual(['created /a', 'created /a/b', 'dataChanged /a/b', 'deleted /a/b']);
  });

  it('reach from the root', () => {
    watches().watchForGood('/', one, 1);
    create('/a');
    create('/a/b');
    expect(one.take()).toEqual(['created /a', 'created /a/b']);
  });

  it('tell a watcher of one change once, however many of its watches match', () => {
    create('/a');
    watches().watchForGood('/', one, 1);
    watches().watchForGood('/a', one, 0);
    watches().watchData('/a', one);
    write('/a');
    expect(one.take()).toEqual(['dataChanged /a']);
  });

  it('know two modes only', () => {
    expect(() => watches().watchForGood('/a', one, 2)).toThrow(
      expect.objectContaining({ code: ErrorCode.badArguments }),
    );
  });
});

describe('removing and checking', () => {
  const CHILDREN = 1;
  const DATA = 2;
  const ANY = 3;
  const PERSISTENT = 4;
  const RECURSIVE = 5;

  beforeEach(() => {
    create('/a');
    watches().watchData('/a', one);
    watches().watchChildren('/a', one);
    watches().watchForGood('/a', one, 0);
    watches().watchForGood('/a', one, 1);
  });

  it.each([
    [DATA, ['childrenChanged /a']],
    [CHILDREN, ['dataChanged /a']],
  ])('takes only type %i', (type, _rest) => {
    expect(watches().has('/a', one, type)).toBe(true);
    expect(watches().remove('/a', one, type)).toBe(true);
    expect(watches().has('/a', one, type)).toBe(false);
    expect(watches().remove('/a', one, type)).toBe(false);
    for (const other of [CHILDREN, DATA, PERSISTENT, RECURSIVE].filter((each) => each !== type)) {
      expect(watches().has('/a', one, other)).toBe(true);
    }
  });

  it('ends a recursive watch', () => {
    expect(watches().remove('/a', one, RECURSIVE)).toBe(true);
    create('/a/b');
    expect(one.take()).toEqual(['childrenChanged /a']);
  });

  it('takes all of any type', () => {
    expect(watches().has('/a', two, ANY)).toBe(false);
    expect(watches().has('/a', one, ANY)).toBe(true);
    expect(watches().remove('/a', one, ANY)).toBe(true);
    expect(watches().count).toBe(0);
    write('/a');
    expect(one.take()).toEqual([]);
  });

  it('forgets a watcher that is gone', () => {
    watches().watchData('/a', two);
    watches().removeAll(one);
    watches().removeAll(one);
    expect(watches().summary).toEqual({ watchers: 1, paths: 1, watches: 1 });
    create('/a/b');
    expect(one.take()).toEqual([]);
  });

  it('refuses an unknown type', () => {
    expect(() => watches().has('/a', one, 0)).toThrow(
      expect.objectContaining({ code: ErrorCode.badArguments }),
    );
    expect(() => watches().remove('/a', one, 6)).toThrow(
      expect.objectContaining({ code: ErrorCode.badArguments }),
    );
  });
});

describe('re-arming after a reconnect', () => {
  const none = {
    dataWatches: [],
    existWatches: [],
    childWatches: [],
    persistentWatches: [],
    persistentRecursiveWatches: [],
  };

  it('tells what was missed and arms the rest', () => {
    for (const path of ['/same', '/written', '/gone', '/grown', '/quiet']) create(path);
    const seen = database.lastZxid;
    write('/written');
    remove('/gone');
    create('/grown/child');
    create('/born');
    watches().rearm(
      {
        ...none,
        relativeZxid: seen,
        dataWatches: ['/same', '/written', '/gone'],
        existWatches: ['/born', '/unborn'],
        childWatches: ['/grown', '/quiet', '/gone'],
      },
      database.tree,
      one,
    );
    expect(one.zxids).toEqual([-1, -1, -1, -1, -1]);
    expect(one.lists).toEqual([null, null, null, null, null]);
    expect(one.take()).toEqual([
      'dataChanged /written',
      'deleted /gone',
      'created /born',
      'childrenChanged /grown',
      'deleted /gone',
    ]);
    write('/same');
    create('/unborn');
    create('/quiet/child');
    write('/written');
    expect(one.take()).toEqual(['dataChanged /same', 'created /unborn', 'childrenChanged /quiet']);
  });

  it('keeps watches for good, which miss nothing they could be told', () => {
    const request = {
      ...none,
      relativeZxid: 0,
      persistentWatches: ['/p'],
      persistentRecursiveWatches: ['/r'],
    };
    watches().rearm(request, database.tree, one);
    create('/p');
    create('/r');
    create('/r/a');
    expect(one.take()).toEqual(['created /p', 'created /r', 'created /r/a']);
  });
});

describe('WatchTable', () => {
  it('bounds what one watcher may have it remember, and gives the room back', () => {
    const table = new WatchTable();
    const path = (i: number) => `/${String(i).padEnd(1_000_000, 'x')}`;
    let count = 0;
    const fill = (): void => {
      for (; ; count += 1) table.add(path(count), one, WatchMode.once);
    };
    expect(fill).toThrow(expect.objectContaining({ code: ErrorCode.systemError }));
    expect(count).toBe(Math.floor(MAX_WATCH_BYTES / 2_000_202));
    table.add(path(0), one, WatchMode.persistent);
    table.add(path(0), two, WatchMode.once);
    table.remove(path(1), one, WatchMode.once);
    table.add(path(count), one, WatchMode.once);
    table.removeAll(one);
    expect(table.watcherCount).toBe(1);
    expect(table.pathCount).toBe(1);
  });
});
