import { commonChecks } from '../support/check-names.ts';
import { words } from '../support/client-suite.ts';
import { pythonSuite } from '../support/python-suite.ts';

/** The inspector has neither these calls nor patterns; PyHive below it has (see `../pyhive`). A result's types are PyHive's too. */
const unknownToSqlAlchemy = new Set(
  words('catalogs table-types type-info functions cross-reference metadata-patterns result-metadata'),
);

pythonSuite({
  name: 'SQLAlchemy',
  set: 'sqlalchemy',
  folder: import.meta.dirname,
  checks: [
    ...commonChecks.filter((check) => !unknownToSqlAlchemy.has(check)),
    ...words('reflection core-round-trip orm-round-trip'),
  ],
});
