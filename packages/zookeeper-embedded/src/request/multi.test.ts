import { beforeEach, describe, expect, it } from 'vitest';
import { creating, expecting, listing, reading } from '../testing/bodies.ts';
import { ProcessorHarness } from '../testing/processor-harness.ts';
import { ErrorCode } from '../wire/error-code.ts';
import type { JuteReader } from '../wire/jute-reader.ts';
import { OpCode } from '../wire/op-code.ts';
import {
  DataResponse,
  ErrorResponse,
  MultiHeader,
  PathResponse,
  PathsResponse,
  SetDataRequest,
} from '../wire/records.ts';

let h: ProcessorHarness;

beforeEach(() => {
  h = new ProcessorHarness();
});

function readErrors(reader: JuteReader): number[] {
  const errors: number[] = [];
  for (let header = MultiHeader.read(reader); !header.done; header = MultiHeader.read(reader)) {
    expect(header.type).toBe(OpCode.error);
    expect(ErrorResponse.read(reader).err).toBe(header.err);
    errors.push(header.err);
  }
  return errors;
}

describe('multi', () => {
  it('makes all changes under one zxid', () => {
    const before = h.database.lastZxid;
    const reply = h.send(
      OpCode.multi,
      listing(
        [OpCode.create, creating('/a')],
        [OpCode.create2, creating('/a/n-', 2)],
        [OpCode.check, expecting('/a', 0)],
        [
          OpCode.setData,
          (writer) => SetDataRequest.write(writer, { path: '/a', data: Buffer.from('x'), version: 0 }),
        ],
        [OpCode.delete, expecting('/a/n-0000000000', 0)],
      ),
    );
    expect(reply).toMatchObject({ err: ErrorCode.ok, zxid: before + 1 });
    expect(h.database.tree.need('/a')).toMatchObject({
      czxid: before + 1,
      mzxid: before + 1,
      pzxid: before + 1,
      version: 1,
    });
  });

  it('makes none when one fails, and says which', () => {
    const before = h.database.lastZxid;
    const reply = h.send(
      OpCode.multi,
      listing(
        [OpCode.create, creating('/a')],
        [OpCode.create, creating('/b')],
        [OpCode.delete, expecting('/nothing')],
        [OpCode.create, creating('/c')],
      ),
    );
    expect(reply).toMatchObject({ err: ErrorCode.ok, zxid: before + 1 });
    expect(readErrors(reply.body)).toEqual([0, 0, ErrorCode.noNode, ErrorCode.runtimeInconsistency]);
    expect([...h.database.tree.need('/').children]).toEqual(['zookeeper']);
    expect(h.client.told).toEqual([]);
  });

  it('does not use up a number for a sequential node that was taken back', () => {
    h.send(OpCode.create, creating('/q'));
    h.send(OpCode.multi, listing([OpCode.create, creating('/q/n-', 2)], [OpCode.check, expecting('/q', 9)]));
    expect(PathResponse.read(h.send(OpCode.create, creating('/q/n-', 2)).body).path).toBe('/q/n-0000000000');
  });

  it('tells watchers after all of it', () => {
    h.database.watches.watchForGood('/', h.client, 1);
    h.send(OpCode.multi, listing([OpCode.create, creating('/a')], [OpCode.create, creating('/b')]));
    expect(h.client.told.map(({ path }) => path)).toEqual(['/a', '/b']);
    expect(new Set(h.client.told.map(({ zxid }) => zxid))).toEqual(new Set([h.database.lastZxid]));
  });

  it('takes an empty list', () => {
    expect(readErrors(h.send(OpCode.multi, listing()).body)).toEqual([]);
  });

  it.each([
    ['a read', OpCode.getData],
    ['a multi', OpCode.multi],
    ['a setACL', OpCode.setAcl],
    ['nonsense', 999],
  ])('refuses %s inside', (_what, type) => {
    expect(h.send(OpCode.multi, listing([OpCode.create, creating('/a')], [type, reading('/')])).err).toBe(
      ErrorCode.marshallingError,
    );
    expect(h.database.tree.get('/a')).toBeUndefined();
  });
});

describe('multiRead', () => {
  it('answers each read for itself', () => {
    h.send(OpCode.create, creating('/a'));
    const { body, err } = h.send(
      OpCode.multiRead,
      listing(
        [OpCode.getData, reading('/a')],
        [OpCode.getData, reading('/x')],
        [OpCode.getChildren, reading('/')],
      ),
    );
    expect(err).toBe(ErrorCode.ok);
    expect(MultiHeader.read(body)).toEqual({ type: OpCode.getData, done: false, err: 0 });
    expect(DataResponse.read(body).data).toBeNull();
    expect(MultiHeader.read(body)).toEqual({ type: OpCode.error, done: false, err: ErrorCode.noNode });
    expect(ErrorResponse.read(body).err).toBe(ErrorCode.noNode);
    expect(MultiHeader.read(body)).toEqual({ type: OpCode.getChildren, done: false, err: 0 });
    expect(PathsResponse.read(body).paths).toEqual(['zookeeper', 'a']);
    expect(MultiHeader.read(body).done).toBe(true);
  });

  it('refuses a change inside', () => {
    expect(h.send(OpCode.multiRead, listing([OpCode.create, creating('/a')])).err).toBe(
      ErrorCode.marshallingError,
    );
  });
});
