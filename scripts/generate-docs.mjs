// Writes docs/configuration.md from the configuration tables in the code; `--check` only compares.
import { readFile, writeFile } from 'node:fs/promises';
import { configurationPage } from './configuration-page.mjs';

const path = new URL('../docs/configuration.md', import.meta.url);
const page = configurationPage();

if (process.argv.includes('--check')) {
  const present = await readFile(path, 'utf8').catch(() => '');
  if (present !== page) {
    process.stderr.write('docs/configuration.md is not what the code says; run: npm run docs\n');
    process.exitCode = 1;
  }
} else {
  await writeFile(path, page);
}
