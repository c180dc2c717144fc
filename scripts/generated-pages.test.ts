import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { configurationPage } from './configuration-page.mjs';
import { lifecyclePage } from './lifecycle-page.mjs';

test.each([
  ['configuration.md', configurationPage],
  ['lifecycle.md', lifecyclePage],
])('docs/%s is what the code says (npm run docs)', async (name, page) => {
  expect(await readFile(new URL(`../docs/${name}`, import.meta.url), 'utf8')).toBe(page());
});

test('every key is described once a chapter, and in whole sentences', () => {
  for (const chapter of configurationPage().split('\n## ').slice(1)) {
    const keys = [...chapter.matchAll(/^\| `([^`]+)` \|/gm)].map(([, key]) => key);
    expect(new Set(keys).size).toBe(keys.length);
  }
});
