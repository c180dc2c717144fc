import { join } from 'node:path';
import { clientSuite, words } from './client-suite.ts';
import { type PythonSet, pythonOf } from './python.ts';

const runner = join(import.meta.dirname, 'python/run_checks.py');

/** What is enough to see that the server which was looked up is a gateway: from there on it is binary. */
const lookedUpChecks = words('select-1 typed-row reopen');

export interface PythonSuite {
  readonly name: string;
  readonly set: PythonSet;
  /** Of `checks.py`. */
  readonly folder: string;
  readonly checks: readonly string[];
}

/** The suite of a Python client, over binary, HTTP and NOSASL; some checks by a server that was looked up in ZooKeeper. */
export function pythonSuite({ name, set, folder, checks }: PythonSuite): void {
  const program = async () => ({ command: await pythonOf(set), args: ['-B', runner, folder] });
  const byTransport = { binary: checks, http: checks, nosasl: checks, zooKeeper: lookedUpChecks };
  clientSuite({ name, checks: byTransport, program });
}
