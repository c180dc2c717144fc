import { beforeEach, describe, expect, it } from 'vitest';
import { creating, reading, typed, watching } from '../testing/bodies.ts';
import { ProcessorHarness } from '../testing/processor-harness.ts';
import { ErrorCode } from '../wire/error-code.ts';
import { OpCode } from '../wire/op-code.ts';
import { ErrorResponse } from '../wire/records.ts';

const DATA = 2;
const ANY = 3;
const PERSISTENT_RECURSIVE = 5;

let h: ProcessorHarness;

beforeEach(() => {
  h = new ProcessorHarness();
  h.send(OpCode.create, creating('/a'));
});

describe('watch requests', () => {
  it('addWatch answers with an error record that says ok', () => {
    const reply = h.send(OpCode.addWatch, typed('/a', 1));
    expect(reply.err).toBe(ErrorCode.ok);
    expect(ErrorResponse.read(reply.body).err).toBe(ErrorCode.ok);
    expect(h.send(OpCode.checkWatches, typed('/a', PERSISTENT_RECURSIVE)).err).toBe(ErrorCode.ok);
    h.send(OpCode.create, creating('/a/b'));
    expect(h.client.told).toMatchObject([{ type: 1, path: '/a/b' }]);
  });

  it('addWatch needs no node, but a mode that exists', () => {
    expect(h.send(OpCode.addWatch, typed('/nothing', 0)).err).toBe(ErrorCode.ok);
    expect(h.send(OpCode.addWatch, typed('/a', 2)).err).toBe(ErrorCode.badArguments);
  });

  it('checkWatches and removeWatches know what is there', () => {
    h.send(OpCode.getData, watching('/a'));
    expect(h.send(OpCode.checkWatches, typed('/a', DATA)).err).toBe(ErrorCode.ok);
    expect(h.send(OpCode.checkWatches, typed('/', DATA)).err).toBe(ErrorCode.noWatcher);
    expect(h.send(OpCode.removeWatches, typed('/a', ANY)).err).toBe(ErrorCode.ok);
    expect(h.send(OpCode.removeWatches, typed('/a', ANY)).err).toBe(ErrorCode.noWatcher);
    expect(h.send(OpCode.removeWatches, typed('/a', 9)).err).toBe(ErrorCode.badArguments);
  });

  it('a read without the flag sets none', () => {
    for (const type of [OpCode.exists, OpCode.getData, OpCode.getChildren, OpCode.getChildren2]) {
      expect(h.send(type, reading('/a')).err).toBe(ErrorCode.ok);
    }
    expect(h.database.watches.count).toBe(0);
  });
});
