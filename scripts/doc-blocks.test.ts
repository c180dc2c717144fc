import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Nobody types those. */
const OUTPUT = new Set(['text', 'mermaid']);
/** Who runs the blocks of a page. */
const RUN_BY: Readonly<Record<string, string>> = {
  'README.md': 'tests/gateway/readme.test.ts',
  'docs/beeline.md': 'tests/gateway/readme.test.ts',
  'docs/clients.md': 'tests/gateway/clients-page.test.ts',
  'docs/duckdb.md': 'tests/duckdb/duckdb.test.ts',
};

const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter((path) =>
  path.endsWith('.md'),
);

test.each(pages)('every code block of %s is run by a test, or is no code', (page) => {
  const fences = read(page).match(/^```.*$/gm) ?? [];
  const languages = fences.filter((_fence, index) => index % 2 === 0).map((fence) => fence.slice(3));
  const code = languages.filter((language) => !OUTPUT.has(language));
  expect(code).not.toContain('');
  if (code.length === 0) return;
  const runner = RUN_BY[page] ?? '';
  expect(existsSync(join(root, runner))).toBe(true);
  expect(read(runner)).toContain(page.replace(/^docs\//, ''));
});
