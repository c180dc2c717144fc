import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { OutputSink } from './output-sink.ts';

describe('OutputSink', () => {
  it('waits while the reader is slow', async () => {
    const taken: string[] = [];
    let release = (): void => {};
    const slow = new Writable({
      highWaterMark: 4,
      write(chunk: Buffer, _encoding, done) {
        taken.push(chunk.toString());
        release = done;
      },
    });
    const sink = new OutputSink(slow);
    const events: string[] = [];
    const written = sink.write('long text').then(() => events.push('written'));
    await new Promise((resolve) => setImmediate(resolve));
    events.push('released');
    release();
    await written;
    expect(events).toEqual(['released', 'written']);
    expect(taken).toEqual(['long text']);
  });

  it('throws when the reader has gone, while it waits and after', async () => {
    const gone = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    });
    const sink = new OutputSink(gone);
    await expect(sink.write('text')).rejects.toMatchObject({ name: 'OutputClosedError', code: 'EPIPE' });
    await expect(sink.write('more')).rejects.toThrow('cannot write the output: write EPIPE');
  });
});
