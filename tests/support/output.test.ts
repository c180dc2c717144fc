import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Output } from './output.ts';

describe('Output', () => {
  it('finds a line that comes in pieces', async () => {
    const stream = new PassThrough();
    const output = new Output([stream]);
    const port = output.waitFor(/port (\d+)\n/, 1_000);
    stream.write('serving on po');
    stream.write('rt 42');
    stream.write('\n');
    expect((await port)[1]).toBe('42');
  });

  it('finds what was printed before', async () => {
    const stream = new PassThrough();
    const output = new Output([stream]);
    stream.end('ready\n');
    await new Promise((resolve) => stream.once('end', resolve));
    await expect(output.waitFor(/ready/, 0)).resolves.toBeDefined();
  });

  it('gives up when the process ends, and quotes it', async () => {
    const stream = new PassThrough();
    const output = new Output([stream]);
    const waiting = output.waitFor(/ready/, 60_000);
    stream.end('address in use');
    await new Promise((resolve) => stream.once('end', resolve));
    output.end();
    await expect(waiting).rejects.toThrow(/before the process ended[^]*address in use/);
  });

  it('gives up in time', async () => {
    await expect(new Output([]).waitFor(/ready/, 5)).rejects.toThrow('within 5 ms');
  });
});
