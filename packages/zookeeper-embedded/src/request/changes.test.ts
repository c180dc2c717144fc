import { beforeEach, describe, expect, it } from 'vitest';
import { creating, expecting } from '../testing/bodies.ts';
import { ProcessorHarness } from '../testing/processor-harness.ts';
import { OPEN_ACL } from '../tree/acl.ts';
import { OpCode } from '../wire/op-code.ts';
import { CreateTtlRequest, PathResponse } from '../wire/records.ts';

let h: ProcessorHarness;

beforeEach(() => {
  h = new ProcessorHarness();
});

describe('creating', () => {
  it('answers create with the path and create2 with path and stat', () => {
    const plain = h.send(OpCode.create, creating('/a'));
    expect(PathResponse.read(plain.body).path).toBe('/a');
    expect(plain.body.remaining).toBe(0);
    for (const type of [OpCode.create2, OpCode.createContainer]) {
      const reply = h.send(type, creating(`/a${type}`, type === OpCode.createContainer ? 4 : 0));
      expect(PathResponse.read(reply.body).path).toBe(`/a${type}`);
      expect(reply.body.remaining).toBe(68);
    }
  });

  it('keeps a TTL node and a container until they have expired', () => {
    h.send(OpCode.createTtl, (writer) => {
      CreateTtlRequest.write(writer, { path: '/t', data: null, acl: OPEN_ACL, flags: 5, ttl: 1000 });
    });
    h.send(OpCode.createContainer, creating('/c', 4));
    h.send(OpCode.create, creating('/c/x'));
    h.clock.advance(1001);
    expect(h.database.sweep()).toBe(1);
    h.send(OpCode.delete, expecting('/c/x'));
    expect(h.database.sweep()).toBe(1);
    expect([...h.database.tree.need('/').children]).toEqual(['zookeeper']);
  });

  it('gives an ephemeral to the session that asks', () => {
    h.send(OpCode.create, creating('/e', 1));
    expect(h.database.tree.ephemeralsOf(7n)).toEqual(['/e']);
  });
});
