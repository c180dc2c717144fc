import { join } from 'node:path';
import { clientSuite, type SuiteEngine, type Transport, words } from './client-suite.ts';
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
  /** DuckDB's when absent. */
  readonly engine?: SuiteEngine;
  /** All when absent. */
  readonly transports?: readonly Transport[];
}

/** The suite of a Python client, over binary, HTTP and NOSASL; some checks by a server that was looked up in ZooKeeper. */
export function pythonSuite(suite: PythonSuite): void {
  const { name, set, folder, checks, engine, transports } = suite;
  const program = async () => ({ command: await pythonOf(set), args: ['-B', runner, folder] });
  const byTransport = { binary: checks, http: checks, nosasl: checks, zooKeeper: lookedUpChecks };
  const wanted = Object.entries(byTransport).filter(
    ([transport]) => transports?.includes(transport as Transport) ?? true,
  );
  clientSuite({
    name,
    checks: Object.fromEntries(wanted),
    program,
    ...(engine === undefined ? {} : { engine }),
  });
}
