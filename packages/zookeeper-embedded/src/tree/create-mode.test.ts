import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../wire/error-code.ts';
import { OpCode } from '../wire/op-code.ts';
import { MAX_TTL_MS, resolveCreate } from './create-mode.ts';

const kind = (op: number, flags: number, ttlMs = -1) => ({ op, flags, ttlMs, sessionId: 9n });

describe('resolveCreate', () => {
  it.each([
    [0, { kind: 'persistent' }, false],
    [1, { kind: 'ephemeral', owner: 9n }, false],
    [2, { kind: 'persistent' }, true],
    [3, { kind: 'ephemeral', owner: 9n }, true],
  ])('knows flags %i', (flags, lifetime, isSequential) => {
    expect(resolveCreate(kind(OpCode.create, flags))).toEqual({ lifetime, isSequential });
    expect(resolveCreate(kind(OpCode.create2, flags))).toEqual({ lifetime, isSequential });
  });

  it('makes a container of every request for one', () => {
    expect(resolveCreate(kind(OpCode.createContainer, 4)).lifetime).toEqual({ kind: 'container' });
    expect(resolveCreate(kind(OpCode.create, 4)).lifetime).toEqual({ kind: 'persistent' });
  });

  it('takes a TTL with its request', () => {
    const ttl = { kind: 'ttl', ttlMs: 50 };
    expect(resolveCreate(kind(OpCode.createTtl, 5, 50))).toEqual({ lifetime: ttl, isSequential: false });
    expect(resolveCreate(kind(OpCode.createTtl, 6, 50))).toEqual({ lifetime: ttl, isSequential: true });
    expect(resolveCreate(kind(OpCode.createTtl, 5, MAX_TTL_MS)).lifetime.kind).toBe('ttl');
  });

  it.each([
    ['unknown flags', kind(OpCode.create, 7)],
    ['negative flags', kind(OpCode.create, -1)],
    ['a TTL mode without its request', kind(OpCode.create, 5)],
    ['a TTL request without its mode', kind(OpCode.createTtl, 0, 50)],
    ['no time', kind(OpCode.createTtl, 5, 0)],
    ['too much time', kind(OpCode.createTtl, 5, MAX_TTL_MS + 1)],
  ])('refuses %s', (_what, request) => {
    expect(() => resolveCreate(request)).toThrow(expect.objectContaining({ code: ErrorCode.badArguments }));
  });
});
