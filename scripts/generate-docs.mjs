// Writes the pages that are made from the code; `--check` only compares.
import { readFile, writeFile } from 'node:fs/promises';
import { configurationPage } from './configuration-page.mjs';
import { lifecyclePage } from './lifecycle-page.mjs';

const pages = { 'configuration.md': configurationPage(), 'lifecycle.md': lifecyclePage() };

for (const [name, page] of Object.entries(pages)) {
  const path = new URL(`../docs/${name}`, import.meta.url);
  if (!process.argv.includes('--check')) await writeFile(path, page);
  else if ((await readFile(path, 'utf8').catch(() => '')) !== page) {
    process.stderr.write(`docs/${name} is not what the code says; run: npm run docs\n`);
    process.exitCode = 1;
  }
}
