import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const page = readFileSync(join(import.meta.dirname, '../docs/parity.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| feature'))
  // `\|` is a bar within a cell.
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));

const LINK = /\]\(\.\.\/((?:packages|tests|scripts)\/[^)]+)\)/;

test.each(rows.map(([, feature = '', senbon = '', , , , , proof = '']) => ({ feature, senbon, proof })))(
  '$feature: what works names its test, and what does not names none',
  ({ senbon, proof }) => {
    expect(senbon).toMatch(/^(?:yes|partly|no)\b/);
    if (senbon.startsWith('no')) expect(proof).toBe('');
    else expect(proof).toMatch(LINK);
  },
);

test('every proof is a test, or a folder of tests', () => {
  const links = rows.flatMap((cells) => [...(cells.at(-2) ?? '').matchAll(new RegExp(LINK, 'g'))]);
  expect(links.length).toBeGreaterThan(20);
  for (const [, path = ''] of links) expect(path).toMatch(/\.test\.ts$|^tests\/[\w-]+$/);
});
