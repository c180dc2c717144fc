import { commonChecks } from '../support/check-names.ts';
import { words } from '../support/client-suite.ts';
import { pythonSuite } from '../support/python-suite.ts';

/** Ibis fetches as impyla does, 10,240 rows at a time, waits for each statement, and asks for no more of a catalog than this. */
const unknownToIbis = new Set(
  words(`
    rows-100k-small-fetches rows-100k-large-fetches interleaved cancel result-metadata
    catalogs table-types type-info functions primary-keys cross-reference metadata-patterns
  `),
);

pythonSuite({
  name: 'Ibis',
  set: 'ibis',
  folder: import.meta.dirname,
  checks: [
    ...commonChecks.filter((check) => !unknownToIbis.has(check)),
    ...words('expressions views pandas-read-sql'),
  ],
});
