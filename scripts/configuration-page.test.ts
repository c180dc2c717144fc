import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { configurationPage } from './configuration-page.mjs';

test('docs/configuration.md is what the code says (npm run docs)', async () => {
  const page = await readFile(new URL('../docs/configuration.md', import.meta.url), 'utf8');
  expect(page).toBe(configurationPage());
});

test('every key is described once a chapter, and in whole sentences', () => {
  for (const chapter of configurationPage().split('\n## ').slice(1)) {
    const keys = [...chapter.matchAll(/^\| `([^`]+)` \|/gm)].map(([, key]) => key);
    expect(new Set(keys).size).toBe(keys.length);
  }
});
