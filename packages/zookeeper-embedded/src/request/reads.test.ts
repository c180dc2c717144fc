import { beforeEach, describe, expect, it } from 'vitest';
import { at, creating, listing, reading, watching } from '../testing/bodies.ts';
import { ProcessorHarness } from '../testing/processor-harness.ts';
import { ErrorCode } from '../wire/error-code.ts';
import { OpCode } from '../wire/op-code.ts';
import { CountResponse, PathResponse, PathsResponse, SetDataRequest } from '../wire/records.ts';
import { MAX_REPLY_BYTES } from './request-processor.ts';

let h: ProcessorHarness;

beforeEach(() => {
  h = new ProcessorHarness();
});

describe('reading', () => {
  beforeEach(() => {
    for (const path of ['/a', '/a/b', '/a/c', '/a/b/d']) h.send(OpCode.create, creating(path));
  });

  it('counts all descendants', () => {
    expect(CountResponse.read(h.send(OpCode.getAllChildrenNumber, at('/a')).body).count).toBe(3);
    expect(CountResponse.read(h.send(OpCode.getAllChildrenNumber, at('/')).body).count).toBe(7);
    expect(h.send(OpCode.getAllChildrenNumber, at('/x')).err).toBe(ErrorCode.noNode);
  });

  it('lists children in the order they were made', () => {
    expect(PathsResponse.read(h.send(OpCode.getChildren, reading('/a')).body).paths).toEqual(['b', 'c']);
  });

  it.each([
    ['', ['/e1', '/a/e2']],
    ['/', ['/e1', '/a/e2']],
    ['/a', ['/a/e2']],
    ['/nothing', []],
  ])('lists own ephemerals below %j', (prefix, expected) => {
    h.send(OpCode.create, creating('/e1', 1));
    h.send(OpCode.create, creating('/a/e2', 1));
    expect(PathsResponse.read(h.send(OpCode.getEphemerals, at(prefix)).body).paths).toEqual(expected);
  });

  it('echoes the path of a sync', () => {
    expect(PathResponse.read(h.send(OpCode.sync, at('/any')).body).path).toBe('/any');
  });

  it('watches an absent node only when asked to exist', () => {
    for (const type of [OpCode.getData, OpCode.getChildren, OpCode.getChildren2]) {
      expect(h.send(type, watching('/new')).err).toBe(ErrorCode.noNode);
    }
    expect(h.database.watches.count).toBe(0);
    expect(h.send(OpCode.exists, watching('/new')).err).toBe(ErrorCode.noNode);
    expect(h.send(OpCode.exists, watching('/n\0')).err).toBe(ErrorCode.badArguments);
    h.send(OpCode.create, creating('/new'));
    expect(h.client.told).toMatchObject([{ type: 1, path: '/new' }]);
  });

  it('refuses a reply above its bound and stays in step', () => {
    h.send(OpCode.setData, (writer) =>
      SetDataRequest.write(writer, { path: '/a', data: Buffer.alloc(1_000_000), version: -1 }),
    );
    const tenTimes = listing(...Array.from({ length: 10 }, () => [OpCode.getData, reading('/a')] as const));
    const reply = h.send(OpCode.multiRead, tenTimes);
    expect(10_000_000).toBeGreaterThan(MAX_REPLY_BYTES);
    expect(reply).toMatchObject({ xid: 1, err: ErrorCode.marshallingError });
    expect(reply.body.remaining).toBe(0);
    expect(h.send(OpCode.exists, reading('/a')).err).toBe(ErrorCode.ok);
  });
});
