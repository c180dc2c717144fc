import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';

/** The longest a client program may take for all its checks. */
export const CLIENT_TIMEOUT_MS = 300_000;

/** How much of a client's stderr goes into the report of a check without a result. */
const MAX_STDERR_CHARS = 4_000;

/** The line that a client program prints for each check. */
interface CheckResult {
  readonly check: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly error?: string;
}

/** What a client program said of each check; a check that it said nothing of has failed too. */
export class ClientReport {
  readonly #results: ReadonlyMap<string, CheckResult>;
  readonly #ending: string;

  constructor(results: ReadonlyMap<string, CheckResult>, ending: string) {
    this.#results = results;
    this.#ending = ending;
  }

  /** For the log: the whole and the slowest checks. */
  summary(): string {
    const results = [...this.#results.values()].toSorted((a, b) => b.ms - a.ms);
    const totalMs = results.reduce((sum, { ms }) => sum + ms, 0);
    const slowest = results.slice(0, 5).map(({ check, ms }) => `${check} ${ms}`);
    return `${results.length} checks in ${totalMs} ms; slowest: ${slowest.join(', ')}`;
  }

  expectPassed(check: string): void {
    const result = this.#results.get(check);
    if (result?.ok !== true) expect.fail(result?.error ?? `no result of '${check}': ${this.#ending}`);
  }
}

export interface ClientProgram {
  readonly command: string;
  readonly args: readonly string[];
  /** All of standard input. */
  readonly input?: string;
}

/** Runs a client program to its end and reads its lines. Never rejects: what went wrong is in the report. */
export async function runClient({ command, args, input = '' }: ClientProgram): Promise<ClientReport> {
  const results = new Map<string, CheckResult>();
  let stderr = '';
  const child = spawn(command, args, { stdio: 'pipe', timeout: CLIENT_TIMEOUT_MS, killSignal: 'SIGKILL' });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-MAX_STDERR_CHARS);
  });
  // A client that died early leaves its input unread; its ending says so.
  child.stdin.on('error', () => undefined).end(input);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const result = parseResult(line);
    if (result !== undefined) results.set(result.check, result);
  });
  const ending = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(String(error)));
    child.once('close', (code, signal) => resolve(`the client ended with ${signal ?? code}\n${stderr}`));
  });
  return new ClientReport(results, ending);
}

/** Drivers print on standard output too; their lines are not ours. */
function parseResult(line: string): CheckResult | undefined {
  if (!line.startsWith('{"check":')) return undefined;
  return JSON.parse(line) as CheckResult;
}
