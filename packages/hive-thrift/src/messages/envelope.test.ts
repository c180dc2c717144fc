import { describe, expect, it } from 'vitest';
import { encodeCall } from './calls.ts';
import { MessageType, patchSeqId, readEnvelope } from './envelope.ts';

const handle = { sessionId: { guid: Buffer.alloc(16, 1), secret: Buffer.alloc(16, 2) } };
const call = () => Buffer.from(encodeCall('CloseSession', 0x01020304, { sessionHandle: handle }));
const kind = (name: string) => expect.objectContaining({ name: 'ThriftProtocolError', kind: name });

describe('readEnvelope', () => {
  it('gives method, type, sequence id and where things stand', () => {
    expect(call().subarray(0, 24).toString('hex')).toBe(
      `80010001${'0000000c'}${Buffer.from('CloseSession').toString('hex')}01020304`,
    );
    expect(readEnvelope(call())).toEqual({
      method: 'CloseSession',
      type: MessageType.CALL,
      seqId: 0x01020304,
      seqIdOffset: 20,
      bodyOffset: 24,
    });
  });

  it('reads sequence ids below zero', () => {
    const bytes = call();
    bytes.writeInt32BE(-5, 20);
    expect(readEnvelope(bytes).seqId).toBe(-5);
  });

  it('works on a part of larger memory', () => {
    const memory = Buffer.concat([Buffer.from('junk'), call(), Buffer.from('junk')]);
    expect(readEnvelope(memory.subarray(4, memory.length - 4)).method).toBe('CloseSession');
  });

  it.each([1, 2, 3, 4])('takes message type %i', (type) => {
    const bytes = call();
    bytes[3] = type;
    expect(readEnvelope(bytes).type).toBe(type);
  });

  it.each([0, 5, 255])('refuses message type %i', (type) => {
    const bytes = call();
    bytes[3] = type;
    expect(() => readEnvelope(bytes)).toThrow(kind('bad-message'));
  });

  it('refuses what is not strict binary', () => {
    expect(() => readEnvelope(Buffer.from('0000000c436c6f736553', 'hex'))).toThrow(kind('bad-version'));
    expect(() => readEnvelope(Buffer.from('GET / HTTP/1.1'))).toThrow(/starts with 0x47455420/);
    expect(() => readEnvelope(Buffer.from('82210c4f70656e', 'hex'))).toThrow(kind('bad-version'));
  });

  it('refuses names that no method has', () => {
    const bytes = call();
    bytes.writeInt32BE(129, 4);
    expect(() => readEnvelope(bytes)).toThrow(kind('too-large'));
    bytes.writeInt32BE(-1, 4);
    expect(() => readEnvelope(bytes)).toThrow(kind('too-large'));
  });

  it('cut short is truncated', () => {
    for (let length = 0; length < 24; length++) {
      expect(() => readEnvelope(call().subarray(0, length)), `${length} bytes`).toThrow(kind('truncated'));
    }
    expect(() => readEnvelope(call().subarray(0, 24))).not.toThrow();
  });
});

describe('patchSeqId', () => {
  it('changes four bytes', () => {
    const bytes = call();
    const before = Buffer.from(bytes);
    patchSeqId(bytes, readEnvelope(bytes), 7);
    expect(readEnvelope(bytes).seqId).toBe(7);
    before.writeInt32BE(7, 20);
    expect(bytes.equals(before)).toBe(true);
  });
});
