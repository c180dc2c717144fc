import { describe, expect, it } from 'vitest';
import { JuteError, JuteReader } from './jute-reader.ts';
import { JuteOverflowError, JuteWriter } from './jute-writer.ts';

function written(write: (writer: JuteWriter) => void): Buffer {
  const writer = new JuteWriter(1024 * 1024);
  write(writer);
  return Buffer.from(writer.finish());
}

describe('Jute', () => {
  it('writes big-endian integers, and lengths before strings and buffers', () => {
    const bytes = written((writer) => {
      writer.writeInt(-2);
      writer.writeLong(0x0102_0304_0506_0708n);
      writer.writeBool(true);
      writer.writeString('ä');
      writer.writeBuffer(Buffer.from([9]));
      writer.writeBuffer(null);
      writer.writeVector([1, 2], (item) => writer.writeInt(item));
    });
    expect(bytes.toString('hex')).toBe(
      'fffffffe' +
        '0102030405060708' +
        '01' +
        '00000002c3a4' +
        '0000000109' +
        'ffffffff' +
        '000000020000000100000002',
    );
  });

  it('reads what it wrote', () => {
    const bytes = written((writer) => {
      writer.writeLong(-(2n ** 63n));
      writer.writeString('/kyuubi/sérverUri=…');
      writer.writeVector(['a', '', 'c'], (item) => writer.writeString(item));
      writer.writeBool(false);
    });
    const reader = new JuteReader(bytes);
    expect(reader.readLong()).toBe(-(2n ** 63n));
    expect(reader.readString()).toBe('/kyuubi/sérverUri=…');
    expect(reader.readVector(4, () => reader.readString())).toEqual(['a', '', 'c']);
    expect(reader.readBool()).toBe(false);
    expect(reader.remaining).toBe(0);
  });

  it('reads null strings and vectors as empty, and tells a null buffer from an empty one', () => {
    const reader = new JuteReader(Buffer.from('ffffffffffffffffffffffff00000000', 'hex'));
    expect(reader.readString()).toBe('');
    expect(reader.readVector(4, () => 1)).toEqual([]);
    expect(reader.readBuffer()).toBeNull();
    expect(reader.readBuffer()).toEqual(Buffer.alloc(0));
  });

  it('copies buffers out of the packet', () => {
    const packet = Buffer.from('0000000161', 'hex');
    const copy = new JuteReader(packet).readBuffer();
    packet[4] = 0x62;
    expect(copy?.toString()).toBe('a');
    expect(copy?.buffer.byteLength).toBe(1);
  });

  it.each([
    ['int', '000000', (reader: JuteReader) => reader.readInt()],
    ['long', '00000000000000', (reader: JuteReader) => reader.readLong()],
    ['bool', '', (reader: JuteReader) => reader.readBool()],
    ['string shorter than said', '0000000361', (reader: JuteReader) => reader.readString()],
    ['buffer of negative length', 'fffffffe', (reader: JuteReader) => reader.readBuffer()],
    ['buffer of two gigabytes', '7fffffff', (reader: JuteReader) => reader.readBuffer()],
    ['vector of more than fits', '000000020000', (reader: JuteReader) => reader.readVector(4, () => 1)],
    ['vector of a billion nothings', '40000000', (reader: JuteReader) => reader.readVector(4, () => 1)],
  ])('refuses a truncated or impossible %s', (_what, hex, read) => {
    expect(() => read(new JuteReader(Buffer.from(hex, 'hex')))).toThrow(JuteError);
  });

  it('grows as needed, up to its bound', () => {
    const writer = new JuteWriter(5000);
    writer.writeBuffer(Buffer.alloc(4000, 7));
    writer.writeString('x'.repeat(900));
    expect(writer.length).toBe(4908);
    expect(
      writer
        .finish()
        .subarray(4, 4004)
        .every((byte) => byte === 7),
    ).toBe(true);
    expect(() => writer.writeBuffer(Buffer.alloc(100))).toThrow(JuteOverflowError);
  });

  it('patches a length in place', () => {
    const bytes = written((writer) => {
      writer.writeInt(0);
      writer.writeInt(5);
      writer.patchInt(0, 4);
    });
    expect(bytes.toString('hex')).toBe('0000000400000005');
  });
});
