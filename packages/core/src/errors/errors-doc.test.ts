import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { catalogue, type ErrorCode } from './catalogue.ts';

const rows = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, code = '', sqlState, http, retry, meaning = '', advice = '']) => ({
    code: code.replaceAll('`', ''),
    facts: { sqlState, http, retry },
    meaning,
    advice,
  }));

it('documents every code once, in the order of the catalogue, and no other', () => {
  expect(rows.map(({ code }) => code)).toEqual(Object.keys(catalogue));
});

it.each(rows)('$code is documented as it is', ({ code, facts, meaning, advice }) => {
  const { sqlState, httpStatus, retryable } = catalogue[code as ErrorCode];
  expect(facts).toEqual({ sqlState, http: String(httpStatus), retry: retryable ? 'yes' : 'no' });
  expect(meaning).toMatch(/\.$/);
  expect(advice).toMatch(/\.$/);
});
