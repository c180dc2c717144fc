import { expect, it } from 'vitest';
import { shortestDouble } from './shortest-double.ts';

it.each([
  0, -0, 0.1, -2.5, 1e-10, 3.4028235e38, 16777216, 16777218, 1e10, 123456.79, 1.1754944e-38, 1.4e-45,
  -9.8765e20,
])('the float of %d is sent as that', (value) => {
  expect(shortestDouble(Math.fround(value))).toBe(value);
});

it('leaves what is no number alone', () => {
  expect([NaN, Infinity, -Infinity].map(shortestDouble)).toEqual([NaN, Infinity, -Infinity]);
});
