import { expect, it } from 'vitest';
import { catalogue } from './catalogue.ts';
import { messageOf, SenbonError } from './senbon-error.ts';

it('fills its message from the details and takes the rest from the catalogue', () => {
  const error = new SenbonError('SESSION_NOT_FOUND', { id: 'abc' });
  expect(error).toMatchObject({
    name: 'SenbonError',
    code: 'SESSION_NOT_FOUND',
    sqlState: '08003',
    httpStatus: 404,
    retryable: false,
    vendorCode: 0,
    details: { id: 'abc' },
  });
  expect(error.message).toContain('Invalid SessionHandle [abc]');
  expect(error.cause).toBeUndefined();
});

it('leaves a placeholder that has no detail, and fills none twice', () => {
  expect(new SenbonError('ENGINE_REFUSED', { engine: '{problem}' }).message).toBe(
    'Engine {problem} refused: {problem}',
  );
  expect(new SenbonError('ENGINE_REFUSED', { engine: '$&', problem: '$1' }).message).toBe(
    'Engine $& refused: $1',
  );
});

it('lets an engine name a better SQLSTATE', () => {
  const cause = new Error('inner');
  const error = new SenbonError('ENGINE_REFUSED', {}, { sqlState: '42S02', vendorCode: 7, cause });
  expect(error).toMatchObject({ sqlState: '42S02', vendorCode: 7, cause });
});

it('wraps what is not ours, once', () => {
  const plain = new TypeError('x is not a function');
  const wrapped = SenbonError.from(plain);
  expect(wrapped).toMatchObject({ code: 'INTERNAL', message: 'Internal error: x is not a function' });
  expect(wrapped.cause).toBe(plain);
  expect(SenbonError.from(wrapped)).toBe(wrapped);
  expect(SenbonError.from('text', 'ENGINE_UNREACHABLE', { engine: 'e' }).message).toBe(
    'Engine e cannot be reached: text',
  );
});

it('tells the message of anything thrown', () => {
  expect(messageOf(new Error('a'))).toBe('a');
  expect(messageOf('b')).toBe('b');
  expect(messageOf(null)).toBe('null');
});

it.each(Object.entries(catalogue))('%s has a SQLSTATE, an HTTP status and a message', (code, row) => {
  expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
  expect(row.sqlState).toMatch(/^[0-9A-Z]{5}$/);
  expect(row.httpStatus).toBeGreaterThanOrEqual(400);
  expect(row.httpStatus).toBeLessThan(600);
  expect(row.message).not.toBe('');
});
