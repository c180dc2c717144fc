import { describe, expect, it } from 'vitest';
import { cuts, pieces } from '../testing/chunks.ts';
import { Random } from '../testing/random.ts';
import { frame, frameHeader } from './frame.ts';
import { FrameDecoder } from './frame-decoder.ts';

const tooLarge = expect.objectContaining({ name: 'ThriftProtocolError', kind: 'too-large' });
const texts = (frames: readonly Uint8Array[]) => frames.map((payload) => Buffer.from(payload).toString());

describe('frame', () => {
  it('is a length and the payload', () => {
    expect(Buffer.from(frame(Buffer.from('abc'))).toString('hex')).toBe('00000003616263');
    expect(Buffer.from(frameHeader(258)).toString('hex')).toBe('00000102');
    expect(Buffer.from(frame(Buffer.alloc(0))).toString('hex')).toBe('00000000');
  });
});

describe('FrameDecoder', () => {
  const payloads = ['first', '', 'the second, a bit longer', 'x'];
  const stream = Buffer.concat(payloads.map((payload) => frame(Buffer.from(payload))));

  it('finds the frames however the stream is cut', () => {
    for (const chunks of cuts(stream)) {
      const decoder = new FrameDecoder({ maxFrameBytes: 100 });
      expect(texts(chunks.flatMap((chunk) => decoder.push(chunk)))).toEqual(payloads);
      expect(decoder.bufferedBytes).toBe(0);
    }
  });

  it('gives each frame as soon as it is whole', () => {
    const decoder = new FrameDecoder({ maxFrameBytes: 100 });
    const ends = pieces(stream, 1).flatMap((chunk, i) => decoder.push(chunk).map(() => i + 1));
    expect(ends).toEqual([9, 13, 41, 46]);
  });

  it('gives views of a chunk that holds the frame', () => {
    const chunk = Buffer.from(frame(Buffer.from('abc')));
    const [payload] = new FrameDecoder({ maxFrameBytes: 100 }).push(chunk);
    expect(payload?.buffer).toBe(chunk.buffer);
  });

  it('holds copies of what is not whole, for the chunk may be used again', () => {
    const decoder = new FrameDecoder({ maxFrameBytes: 100 });
    const chunk = Buffer.from(frame(Buffer.from('abc'))).subarray(0, 6);
    decoder.push(chunk);
    expect(decoder.bufferedBytes).toBe(6);
    chunk.fill(0);
    expect(texts(decoder.push(Buffer.from('c')))).toEqual(['abc']);
  });

  it('counts what it holds', () => {
    const decoder = new FrameDecoder({ maxFrameBytes: 100 });
    const held = pieces(stream.subarray(0, 12), 1).map((chunk) => {
      decoder.push(chunk);
      return decoder.bufferedBytes;
    });
    expect(held).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3]);
  });

  it('takes frames of exactly the maximum', () => {
    const decoder = new FrameDecoder({ maxFrameBytes: 5 });
    expect(texts(decoder.push(frame(Buffer.from('12345'))))).toEqual(['12345']);
    expect(() => decoder.push(frame(Buffer.from('123456')))).toThrow(tooLarge);
  });

  it('refuses a length as soon as it is there, cut anywhere', () => {
    for (const header of ['00000065', '7fffffff', '80000000', 'ffffffff', '80010001', '16030100']) {
      for (const chunks of cuts(Buffer.from(header, 'hex'))) {
        const decoder = new FrameDecoder({ maxFrameBytes: 100 });
        expect(() => chunks.map((chunk) => decoder.push(chunk)), header).toThrow(tooLarge);
      }
    }
  });

  it('says what came and what is allowed', () => {
    expect(() => new FrameDecoder({ maxFrameBytes: 100 }).push(Buffer.from('80010001', 'hex'))).toThrow(
      'a frame of 2147549185 bytes, the maximum is 100',
    );
  });

  it('does not reserve what is only announced', () => {
    const before = process.memoryUsage().arrayBuffers;
    const decoders = Array.from({ length: 20 }, () => {
      const decoder = new FrameDecoder({ maxFrameBytes: 1 << 30 });
      decoder.push(Buffer.from('4000000000', 'hex'));
      return decoder;
    });
    expect(decoders).toHaveLength(20);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
  });

  it.each([1000, 65_536])('puts a large frame together from chunks of %i bytes', (chunkBytes) => {
    const payload = new Random(1).bytes(300_000);
    const decoder = new FrameDecoder({ maxFrameBytes: 1 << 20 });
    const chunks = pieces(Buffer.concat([frame(payload), frame(Buffer.from('next'))]), chunkBytes);
    const frames = chunks.flatMap((chunk) => decoder.push(chunk));
    expect(frames).toHaveLength(2);
    expect(payload.equals(frames[0] as Uint8Array)).toBe(true);
    expect(texts(frames.slice(1))).toEqual(['next']);
  });
});
