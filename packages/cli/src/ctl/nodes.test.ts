import { expect, it } from 'vitest';
import { titleOf } from './nodes.ts';

it.each([
  ['list', 'zookeeper', 'Zookeeper service nodes'],
  ['create', 'zookeeper', 'Created zookeeper service nodes'],
  ['delete', 'zookeeper', 'Deleted zookeeper service nodes'],
  ['undrain', 'etcd', 'Etcd service nodes'],
  ['delete', 'etcd', 'Deleted etcd service nodes'],
] as const)('%s in %s has the title %s', (action, store, title) => {
  expect(titleOf(action, store)).toBe(title);
});
