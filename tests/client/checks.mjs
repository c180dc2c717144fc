import { nodeChecks } from '../support/node-checks.mjs';
import { runChecks } from '../support/run-checks.mjs';
import { Target } from './connection.mjs';
import { failureChecks } from './failures.mjs';
import { metadataChecks } from './metadata.mjs';
import { parameterChecks } from './parameters.mjs';
import { queryChecks } from './queries.mjs';

await runChecks(
  { ...nodeChecks, ...queryChecks, ...parameterChecks, ...failureChecks, ...metadataChecks },
  (at) => new Target(at),
);
