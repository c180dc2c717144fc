import { expect, it } from 'vitest';
import { editDistance } from './edit-distance.ts';

it.each([
  ['', '', 0],
  ['abc', 'abc', 0],
  ['', 'abc', 3],
  ['abc', '', 3],
  ['bind.host', 'bind.hots', 1],
  ['bind.host', 'bnd.host', 1],
  ['bind.host', 'bind.hoost', 1],
  ['bind.host', 'bind.post', 1],
  ['kitten', 'sitting', 3],
  ['ca', 'abc', 3],
])('from %j to %j are %i steps, both ways', (from, to, steps) => {
  expect(editDistance(from, to, 10)).toBe(steps);
  expect(editDistance(to, from, 10)).toBe(steps);
});

it('gives up at its limit', () => {
  expect(editDistance('aaaaaaaa', 'bbbbbbbb', 3)).toBe(3);
  expect(editDistance('a', 'aaaaaa', 2)).toBe(2);
  expect(editDistance('abc', 'abd', 1)).toBe(1);
});
