import { commonChecks } from '../support/check-names.ts';
import { words } from '../support/client-suite.ts';
import { pythonSuite } from '../support/python-suite.ts';

/** impyla's generated client has no GetPrimaryKeys and no GetCrossReference. */
const unknownToImpyla = new Set(['primary-keys', 'cross-reference']);

pythonSuite({
  name: 'impyla',
  set: 'impyla',
  folder: import.meta.dirname,
  checks: [
    ...commonChecks.filter((check) => !unknownToImpyla.has(check)),
    ...words('statement-without-rows own-metadata param-styles'),
  ],
});
