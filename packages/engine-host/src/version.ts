import { readFileSync } from 'node:fs';

/** This package's version, as engines register it. `src` and `dist` are equally deep. */
export const version: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
