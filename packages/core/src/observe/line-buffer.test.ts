import { expect, it } from 'vitest';
import { LineBuffer } from './line-buffer.ts';

it('writes the lines of a turn together, in order', async () => {
  const written: string[] = [];
  const buffer = new LineBuffer((text) => written.push(text));
  buffer.write('a\n');
  buffer.write('b\n');
  expect(written).toEqual([]);
  await new Promise(setImmediate);
  expect(written).toEqual(['a\nb\n']);
  buffer.write('c\n');
  await new Promise(setImmediate);
  expect(written).toEqual(['a\nb\n', 'c\n']);
});

it('writes at once when it is told to, and nothing twice', async () => {
  const written: string[] = [];
  const buffer = new LineBuffer((text) => written.push(text));
  buffer.write('last words\n');
  buffer.flush();
  buffer.flush();
  await new Promise(setImmediate);
  expect(written).toEqual(['last words\n']);
});
