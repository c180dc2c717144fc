import { beforeEach, describe, expect, it } from 'vitest';
import { ErrorCode } from '../wire/error-code.ts';
import type { Acl, Id } from '../wire/records.ts';
import { OPEN_ACL, Permission } from './acl.ts';
import type { Lifetime } from './create-mode.ts';
import { DataTree } from './data-tree.ts';
import type { NewNode } from './data-tree.ts';
import { Transaction } from './transaction.ts';
import { sequenceSuffix, statOf } from './znode.ts';

const PERSISTENT: Lifetime = { kind: 'persistent' };
const LOCAL: Id = { scheme: 'ip', id: '127.0.0.1' };

let tree: DataTree;
let zxid: number;

function begin(identities: readonly Id[] = [LOCAL], sessionId = 1n): Transaction {
  zxid += 1;
  return new Transaction(zxid, 1000 + zxid, { sessionId, identities });
}

function create(path: string, more: Partial<NewNode> = {}, txn = begin()): string {
  const request = { path, data: null, acl: OPEN_ACL, lifetime: PERSISTENT, isSequential: false, ...more };
  return tree.create(request, txn);
}

const stat = (path: string) => statOf(tree.need(path));
const refused = (code: number) => expect.objectContaining({ code }) as Error;
const ephemeral = (owner: bigint): Partial<NewNode> => ({ lifetime: { kind: 'ephemeral', owner } });

/** Everything a client could see of the tree. */
function snapshot(): unknown {
  const nodes: unknown[] = [];
  const open = ['/'];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const node = tree.need(path);
    nodes.push([path, stat(path), node.data?.toString() ?? null, node.acl]);
    for (const name of [...node.children].toSorted())
      open.push(path === '/' ? `/${name}` : `${path}/${name}`);
  }
  return [
    nodes,
    tree.nodeCount,
    tree.ephemeralCount,
    tree.ephemeralsOf(1n).toSorted(),
    tree.findExpended(1e15, 99),
  ];
}

beforeEach(() => {
  tree = new DataTree();
  zxid = 100;
});

describe('a fresh tree', () => {
  it('has what every ZooKeeper has', () => {
    expect([...tree.need('/').children]).toEqual(['zookeeper']);
    expect([...tree.need('/zookeeper').children]).toEqual(['quota', 'config']);
    expect(stat('/')).toMatchObject({ czxid: 0, cversion: -1, numChildren: 1, ctime: 0 });
    expect(stat('/zookeeper/config')).toMatchObject({ aversion: -1 });
    expect(tree.nodeCount).toBe(4);
    expect(tree.countBelow('/')).toBe(3);
  });

  it.each(['/', '/zookeeper', '/zookeeper/quota', '/zookeeper/config'])('keeps %s', (path) => {
    expect(() => tree.delete(path, -1, begin())).toThrow(refused(ErrorCode.badArguments));
  });

  it('lets nobody write its config', () => {
    expect(() => tree.setData('/zookeeper/config', null, -1, begin())).toThrow(refused(ErrorCode.noAuth));
  });
});

describe('create', () => {
  it('makes a node with the stat of its birth and touches its parent', () => {
    create('/a', { data: Buffer.from('xyz') });
    expect(stat('/a')).toEqual({
      czxid: 101,
      mzxid: 101,
      pzxid: 101,
      ctime: 1101,
      mtime: 1101,
      version: 0,
      cversion: 0,
      aversion: 0,
      ephemeralOwner: 0n,
      dataLength: 3,
      numChildren: 0,
    });
    expect(stat('/')).toMatchObject({ pzxid: 101, cversion: 0, numChildren: 2, mzxid: 0 });
  });

  it('shows the owner of an ephemeral and of nothing else', () => {
    create('/e', ephemeral(7n));
    create('/c', { lifetime: { kind: 'container' } });
    create('/t', { lifetime: { kind: 'ttl', ttlMs: 5 } });
    expect(stat('/e').ephemeralOwner).toBe(7n);
    expect(stat('/c').ephemeralOwner).toBe(0n);
    expect(stat('/t').ephemeralOwner).toBe(0n);
    expect(tree.ephemeralsOf(7n)).toEqual(['/e']);
    expect(tree.ephemeralCount).toBe(1);
  });

  it('numbers sequential nodes by all children ever made, and never again after a delete', () => {
    create('/q');
    expect(create('/q/n-', { isSequential: true })).toBe('/q/n-0000000000');
    create('/q/plain');
    expect(create('/q/n-', { isSequential: true })).toBe('/q/n-0000000002');
    tree.delete('/q/n-0000000002', -1, begin());
    tree.delete('/q/n-0000000000', -1, begin());
    expect(create('/q/other', { isSequential: true })).toBe('/q/other0000000003');
    expect(create('/q/', { isSequential: true })).toBe('/q/0000000004');
    expect(stat('/q')).toMatchObject({ cversion: 7, numChildren: 3 });
  });

  it('writes counters as Java does', () => {
    expect(sequenceSuffix(2_147_483_647)).toBe('2147483647');
    expect(sequenceSuffix(-2_147_483_648)).toBe('-2147483648');
    expect(sequenceSuffix(-1)).toBe('-000000001');
  });

  it.each([
    ['no slash', 'a', ErrorCode.badArguments],
    ['a null character', '/a\0', ErrorCode.badArguments],
    ['an empty path', '', ErrorCode.badArguments],
    ['a trailing slash', '/zookeeper/', ErrorCode.badArguments],
    ['a relative segment', '/zookeeper/..', ErrorCode.badArguments],
    ['the root', '/', ErrorCode.nodeExists],
    ['a node that is there', '/zookeeper', ErrorCode.nodeExists],
    ['a missing parent', '/no/a', ErrorCode.noNode],
  ])('refuses %s', (_what, path, code) => {
    expect(() => create(path)).toThrow(refused(code));
  });

  it('gives an ephemeral no children', () => {
    create('/e', ephemeral(1n));
    expect(() => create('/e/a')).toThrow(refused(ErrorCode.noChildrenForEphemerals));
  });

  it('checks the list before the parent, the parent before its permissions', () => {
    expect(() => create('/no/a', { acl: [] })).toThrow(refused(ErrorCode.invalidAcl));
    create('/closed', { acl: [{ perms: Permission.read, id: { scheme: 'world', id: 'anyone' } }] });
    expect(() => create('/closed/a')).toThrow(refused(ErrorCode.noAuth));
    expect(() => create('/closed/..')).toThrow(refused(ErrorCode.noAuth));
  });

  it('stops at its bound', () => {
    tree = new DataTree(5000);
    create('/a', { data: Buffer.alloc(1000) });
    expect(() => create('/b', { data: Buffer.alloc(3000) })).toThrow(refused(ErrorCode.systemError));
    expect(() => tree.setData('/a', Buffer.alloc(4000), -1, begin())).toThrow(refused(ErrorCode.systemError));
    const before = tree.bytes;
    tree.setData('/a', null, -1, begin());
    expect(tree.bytes).toBe(before - 1000);
    create('/b', { data: Buffer.alloc(1500) });
  });
});

describe('delete', () => {
  it('removes a node and touches its parent', () => {
    create('/a');
    create('/a/b', ephemeral(1n));
    tree.delete('/a/b', 0, begin());
    expect(tree.get('/a/b')).toBeUndefined();
    expect(stat('/a')).toMatchObject({ pzxid: 103, cversion: 2, numChildren: 0 });
    expect(tree.ephemeralCount).toBe(0);
  });

  it('checks parent, permission, node, version, children: in this order', () => {
    expect(() => tree.delete('/a/b', -1, begin())).toThrow(refused(ErrorCode.noNode));
    create('/a', {
      acl: [{ perms: Permission.all & ~Permission.delete, id: { scheme: 'world', id: 'anyone' } }],
    });
    expect(() => tree.delete('/a/b', -1, begin())).toThrow(refused(ErrorCode.noAuth));
    tree.setAcl('/a', OPEN_ACL, -1, begin());
    expect(() => tree.delete('/a/b', -1, begin())).toThrow(refused(ErrorCode.noNode));
    create('/a/b');
    expect(() => tree.delete('/a', 5, begin())).toThrow(refused(ErrorCode.badVersion));
    expect(() => tree.delete('/a', 0, begin())).toThrow(refused(ErrorCode.notEmpty));
    expect(() => tree.delete('a', -1, begin())).toThrow(refused(ErrorCode.badArguments));
  });
});

describe('setData and setAcl', () => {
  it('count versions of their own', () => {
    create('/a');
    tree.setData('/a', Buffer.from('1'), 0, begin());
    tree.setData('/a', Buffer.from('22'), 1, begin());
    tree.setAcl('/a', OPEN_ACL, 0, begin());
    expect(stat('/a')).toMatchObject({
      version: 2,
      aversion: 1,
      mzxid: 103,
      mtime: 1103,
      czxid: 101,
      dataLength: 2,
    });
    expect(() => tree.setData('/a', null, 1, begin())).toThrow(refused(ErrorCode.badVersion));
    expect(() => tree.setAcl('/a', OPEN_ACL, 0, begin())).toThrow(refused(ErrorCode.badVersion));
  });

  it('ask for their permissions', () => {
    const ann: Id = { scheme: 'digest', id: 'ann:x' };
    const acl: Acl[] = [{ perms: Permission.all, id: ann }];
    create('/a', { acl });
    expect(() => tree.setData('/a', null, -1, begin())).toThrow(refused(ErrorCode.noAuth));
    expect(() => tree.setAcl('/a', OPEN_ACL, -1, begin())).toThrow(refused(ErrorCode.noAuth));
    expect(() => tree.check('/a', -1, begin())).toThrow(refused(ErrorCode.noAuth));
    tree.check('/a', 0, begin([ann]));
    tree.setData('/a', null, -1, begin([ann]));
    tree.setAcl('/a', OPEN_ACL, -1, begin([ann]));
    expect(() => tree.check('/a', 0, begin())).toThrow(refused(ErrorCode.badVersion));
  });

  it('wrap versions at 31 bits', () => {
    create('/a');
    tree.need('/a').version = 2_147_483_647;
    tree.setData('/a', null, 2_147_483_647, begin());
    expect(stat('/a').version).toBe(-2_147_483_648);
  });
});

describe('a transaction', () => {
  it('takes back everything, in reverse', () => {
    create('/a', { data: Buffer.from('old') });
    create('/a/e', ephemeral(1n));
    create('/a/c', { lifetime: { kind: 'container' } });
    const before = snapshot();
    const bytes = tree.bytes;
    const txn = begin([LOCAL, { scheme: 'digest', id: 'a:b' }]);
    tree.setData('/a', Buffer.from('newer'), 0, txn);
    tree.setAcl('/a', [{ perms: 31, id: { scheme: 'auth', id: '' } }], 0, txn);
    tree.delete('/a/e', -1, txn);
    create('/a/e', {}, txn);
    create('/a/e/deep', { lifetime: { kind: 'ttl', ttlMs: 1 } }, txn);
    create('/a/s-', { isSequential: true, lifetime: { kind: 'ephemeral', owner: 1n } }, txn);
    tree.delete('/a/c', -1, txn);
    expect(txn.events.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'dataChanged /a',
      'deleted /a/e',
      'created /a/e',
      'created /a/e/deep',
      'created /a/s-0000000003',
      'deleted /a/c',
    ]);
    txn.rollback();
    expect(snapshot()).toEqual(before);
    expect(tree.bytes).toBe(bytes);
    expect(txn.events).toEqual([]);
  });

  it('remembers the lists of the moment for the watchers', () => {
    create('/a');
    const readOnly: Acl[] = [{ perms: Permission.read, id: { scheme: 'world', id: 'anyone' } }];
    const txn = begin();
    create('/a/b', { acl: readOnly }, txn);
    expect(txn.events).toEqual([{ kind: 'created', path: '/a/b', acl: readOnly, parentAcl: OPEN_ACL }]);
  });
});

describe('what the server may delete', () => {
  it('finds containers that were used and are empty', () => {
    create('/new', { lifetime: { kind: 'container' } });
    create('/full', { lifetime: { kind: 'container' } });
    create('/full/a');
    create('/emptied', { lifetime: { kind: 'container' } });
    create('/emptied/a');
    tree.delete('/emptied/a', -1, begin());
    expect(tree.findExpended(Number.MAX_SAFE_INTEGER, 10)).toEqual(['/emptied']);
  });

  it('finds TTL nodes not written for longer than their time, up to a limit', () => {
    const lifetime: Lifetime = { kind: 'ttl', ttlMs: 50 };
    create('/a', { lifetime });
    create('/b', { lifetime });
    create('/c', { lifetime });
    create('/c/child');
    tree.setData('/b', null, -1, begin());
    const { mtime: a } = stat('/a');
    const { mtime: b } = stat('/b');
    expect(tree.findExpended(a + 50, 10)).toEqual([]);
    expect(tree.findExpended(a + 51, 10)).toEqual(['/a']);
    expect(tree.findExpended(b + 51, 10)).toEqual(['/a', '/b']);
    expect(tree.findExpended(b + 51, 1)).toEqual(['/a']);
  });
});
