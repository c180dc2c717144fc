import { describe, expect, it } from 'vitest';
import { encodePacket, encodeReply, FrameLengthError, PacketFramer } from './packet-framer.ts';

const PACKETS = ['', 'a', 'hello', 'x'.repeat(5000)].map((text) => Buffer.from(text));
const STREAM = Buffer.concat(
  PACKETS.map((body) =>
    encodePacket(10_000, (writer) => body.forEach((byte) => writer.writeBool(byte !== 0))),
  ),
);

function cut(chunks: readonly Buffer[]): number[] {
  const framer = new PacketFramer(10_000);
  const lengths: number[] = [];
  for (const chunk of chunks) {
    framer.push(chunk);
    for (let packet = framer.next(); packet !== null; packet = framer.next()) lengths.push(packet.length);
  }
  expect(framer.buffered).toBe(0);
  return lengths;
}

describe('PacketFramer', () => {
  const expected = PACKETS.map((body) => body.length);

  it('cuts a stream that comes whole', () => {
    expect(cut([STREAM])).toEqual(expected);
  });

  it('cuts a stream that comes one byte at a time', () => {
    expect(cut([...STREAM].map((byte) => Buffer.from([byte])))).toEqual(expected);
  });

  it('cuts a stream split anywhere', () => {
    for (let at = 1; at < 40; at += 1)
      expect(cut([STREAM.subarray(0, at), STREAM.subarray(at)])).toEqual(expected);
  });

  it('keeps the bytes of a packet that came in pieces', () => {
    const framer = new PacketFramer(100);
    framer.push(Buffer.from('000000', 'hex'));
    expect(framer.next()).toBeNull();
    framer.push(Buffer.from('0361', 'hex'));
    framer.push(Buffer.from('62', 'hex'));
    expect(framer.next()).toBeNull();
    framer.push(Buffer.from('6300000001', 'hex'));
    const first = framer.next();
    framer.push(Buffer.from('64', 'hex'));
    expect(framer.next()?.toString()).toBe('d');
    expect(first?.toString()).toBe('abc');
  });

  it('shows the next length before the packet is there', () => {
    const framer = new PacketFramer(100);
    expect(framer.peekLength()).toBeNull();
    framer.push(Buffer.from('ruok'));
    expect(framer.peekLength()).toBe(0x72756f6b);
  });

  it.each(['00000065', '7fffffff', 'ffffffff'])('refuses the announced length %s at once', (hex) => {
    const framer = new PacketFramer(100);
    framer.push(Buffer.from(hex, 'hex'));
    expect(() => framer.next()).toThrow(FrameLengthError);
  });

  it('takes larger packets once it is told so', () => {
    const framer = new PacketFramer(1);
    framer.setMaxBytes(2);
    framer.push(Buffer.from('000000026162', 'hex'));
    expect(framer.next()?.toString()).toBe('ab');
  });

  it('takes as long as the bytes, not their square, for a packet in crumbs', () => {
    const framer = new PacketFramer(1 << 20);
    const length = Buffer.alloc(4);
    length.writeInt32BE(1 << 20);
    framer.push(length);
    const crumb = Buffer.from([1]);
    const startMs = performance.now();
    for (let i = 0; i < 1 << 20; i += 1) framer.push(crumb);
    expect(framer.next()).toHaveLength(1 << 20);
    expect(performance.now() - startMs).toBeLessThan(5000);
  });
});

describe('encodeReply', () => {
  it('puts length and header in front of the body', () => {
    const reply = encodeReply(100, { xid: 7, zxid: 0x1c1b, err: -101 }, (writer) => writer.writeInt(1));
    expect(reply.toString('hex')).toBe(
      '00000014' + '00000007' + '0000000000001c1b' + 'ffffff9b' + '00000001',
    );
  });
});
