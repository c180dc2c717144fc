import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Lines kept. */
export const MAX_HISTORY_LINES = 10_000;
/** The file is cut down when it has so many. */
const MAX_FILE_LINES = 2 * MAX_HISTORY_LINES;
const OWNER_ONLY = 0o600;

/** Where Hive's beeline has it too. */
export function historyPath(env: NodeJS.ProcessEnv): string {
  return env['BEELINE_HISTORY'] || join(homedir(), '.beeline', 'history');
}

/** Lines typed in earlier shells. A home that cannot be written means no history, not no shell. */
export class HistoryFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** The newest first, as readline wants them. */
  load(): string[] {
    try {
      const lines = readFileSync(this.#path, 'utf8')
        .split('\n')
        .filter((line) => line !== '');
      const kept = lines.slice(-MAX_HISTORY_LINES);
      if (lines.length > MAX_FILE_LINES) {
        writeFileSync(this.#path, `${kept.join('\n')}\n`, { mode: OWNER_ONLY });
      }
      return kept.reverse();
    } catch {
      return [];
    }
  }

  /** At once, so that several shells do not lose each other's lines. A line that holds a password is left out. */
  append(line: string): void {
    if (line.trim() === '' || holdsSecret(line)) return;
    try {
      makeFolderOf(this.#path);
      appendFileSync(this.#path, `${line}\n`, { mode: OWNER_ONLY });
    } catch {
      // See the class.
    }
  }
}

/** Not by `recursive: true`, which tries for ever in /proc. */
function makeFolderOf(path: string): void {
  const folder = dirname(path);
  if (existsSync(folder)) return;
  makeFolderOf(folder);
  mkdirSync(folder, { mode: 0o700 });
}

function holdsSecret(line: string): boolean {
  return (
    /password|secret|identified\s+by|token|jwt=/i.test(line) || /^\s*!connect\s+\S+\s+\S+\s+\S/i.test(line)
  );
}
