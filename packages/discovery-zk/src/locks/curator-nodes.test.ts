import { expect, it } from 'vitest';
import { protectedName, queueOrder } from './curator-nodes.ts';

it("protectedName is Curator's, with an id of its own each time", () => {
  const [lock, lease] = [protectedName('lock'), protectedName('lease')];
  expect(lock.prefix).toMatch(/^_c_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-lock-$/);
  expect(lease.prefix).toMatch(/^_c_[0-9a-f-]{36}-lease-$/);
  expect(lock.prefix.startsWith(lock.protection)).toBe(true);
  expect(lease.protection).not.toBe(lock.protection);
});

it('queueOrder sorts by sequence, whoever made the node', () => {
  const names = [
    '_c_00000000-0000-0000-0000-00000000000a-lock-0000000010',
    '_c_ffffffff-0000-0000-0000-000000000001-lock-0000000002',
    'lock-0000000003',
    'foreign',
    '_c_lock-lock--lock-0000000001',
  ];
  expect(queueOrder(names)).toEqual([
    '_c_lock-lock--lock-0000000001',
    '_c_ffffffff-0000-0000-0000-000000000001-lock-0000000002',
    'lock-0000000003',
    '_c_00000000-0000-0000-0000-00000000000a-lock-0000000010',
    'foreign',
  ]);
});
