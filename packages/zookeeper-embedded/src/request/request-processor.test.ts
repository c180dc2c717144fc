import { beforeEach, describe, expect, it } from 'vitest';
import { creating, reading } from '../testing/bodies.ts';
import { ProcessorHarness } from '../testing/processor-harness.ts';
import { ErrorCode } from '../wire/error-code.ts';
import { JuteError } from '../wire/jute-reader.ts';
import { OpCode } from '../wire/op-code.ts';

let h: ProcessorHarness;

beforeEach(() => {
  h = new ProcessorHarness();
});

describe('what cannot be answered', () => {
  it.each([13, 16 + 1000, 20, 102, 0, -10, -1])(
    'says of the unknown type %i that it is not implemented',
    (type) => {
      expect(h.send(type, reading('/'))).toMatchObject({ err: ErrorCode.unimplemented, isLast: false });
    },
  );

  it('says that there is nothing to reconfigure', () => {
    expect(h.send(OpCode.reconfig).err).toBe(ErrorCode.reconfigDisabled);
  });

  it('says of a body that is cut off that it cannot be read', () => {
    const whole = h.packet(OpCode.create, creating('/a'));
    for (let end = 8; end < whole.length; end += 1) {
      expect(h.processor.process(h.client, whole.subarray(0, end)).err).toBe(ErrorCode.marshallingError);
    }
    expect(h.database.tree.get('/a')).toBeUndefined();
  });

  it('gives up on a packet without a header', () => {
    expect(() => h.processor.process(h.client, Buffer.alloc(7))).toThrow(JuteError);
  });

  it('answers anything that has a header, whatever follows it', () => {
    let state = 1;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state % below;
    };
    const types = Object.values(OpCode);
    for (let i = 0; i < 5000; i += 1) {
      const bytes = Buffer.from(
        Array.from({ length: 8 + random(60) }, () => (random(3) === 0 ? random(256) : 0)),
      );
      bytes.writeInt32BE(types[random(types.length)]!, 4);
      expect(h.processor.process(h.client, bytes).reply.length).toBeGreaterThanOrEqual(20);
    }
  });
});

describe('closeSession', () => {
  it('ends the session, then the connection', () => {
    h.send(OpCode.create, creating('/e', 1));
    expect(h.send(OpCode.closeSession)).toMatchObject({ err: ErrorCode.ok, isLast: true });
    expect(h.ended).toEqual([7n]);
    expect(h.database.tree.get('/e')).toBeUndefined();
  });
});
