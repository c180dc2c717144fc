import { commonChecks } from '../support/check-names.ts';
import { pythonSuite } from '../support/python-suite.ts';

pythonSuite({
  name: 'PyHive',
  set: 'pyhive',
  folder: import.meta.dirname,
  checks: [...commonChecks, 'statement-without-rows'],
});
