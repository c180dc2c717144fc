import { nodeChecks } from '../support/node-checks.mjs';
import { runChecks } from '../support/run-checks.mjs';
import { Target } from './connection.mjs';
import { metadataChecks } from './metadata.mjs';
import { queryChecks } from './queries.mjs';

// The folder where jshs2 is installed, and the Hive version whose generated code it is to use, go before the common arguments.
const [folder, hiveVer] = process.argv.splice(2, 2);
const checks = { ...nodeChecks, ...queryChecks, ...metadataChecks };
await runChecks(checks, (at) => new Target(at, { folder, hiveVer }));
