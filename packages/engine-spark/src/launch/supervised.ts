import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Between asking Spark to end and ending it. */
const GRACE_SECONDS = 5;
/** And for the supervisor itself. */
const KILL_AFTER_MS = (GRACE_SECONDS + 2) * 1000;

/** How long the last lines of one that has ended are waited for. */
const LAST_LINES_MS = 1_000;
/** A statement in a log may be any length. */
const MAX_LINE_CHARS = 16 * 1024;

/**
 * Runs a command as long as standard input, a pipe from the engine, is open. The kernel closes a pipe whichever way its
 * owner goes, by kill -9 too. The shell in the background then ends the command, and after it the whole process group,
 * itself as well; an owner that lives does that as soon as the command has ended. Signals that the whole group gets, as
 * from a service manager, are for the command: the shells wait until it has cleaned up.
 */
const SUPERVISOR = `
exec 3<&0 </dev/null
trap : TERM INT HUP
"$@" 3<&- &
child=$!
(
  trap : TERM INT HUP
  while read -r line <&3; do :; done
  kill -TERM "$child" 2>/dev/null
  left=${GRACE_SECONDS * 10}
  while kill -0 "$child" 2>/dev/null && [ "$left" -gt 0 ]; do sleep 0.1; left=$((left - 1)); done
  kill -KILL 0
) &
exec 3<&-
while :; do
  wait "$child"
  code=$?
  kill -0 "$child" 2>/dev/null || exit "$code"
done
`;

export interface SupervisedExit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface Supervised {
  readonly exited: Promise<SupervisedExit>;
  /** Resolves when the command and what it started have ended. Idempotent. */
  close(): Promise<void>;
}

export interface SuperviseOptions {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** What it prints. */
  readonly onLine: (line: string) => void;
}

/** A process group of its own that ends with this process in every case. */
export function supervise(options: SuperviseOptions): Promise<Supervised> {
  const { command, arguments: args, env, cwd, onLine } = options;
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', SUPERVISOR, 'senbon-supervisor', command, ...args], {
      cwd,
      env,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.once('error', reject);
    // A supervisor that has gone before its pipe is closed is known by its exit.
    child.stdin?.on('error', () => undefined);
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => onLine(line.slice(0, MAX_LINE_CHARS)));
    }
    child.once('spawn', () => resolve(watched(child)));
  });
}

function watched(child: ChildProcess): Supervised {
  const group = child.pid as number;
  const killGroup = () => {
    try {
      process.kill(-group, 'SIGKILL');
    } catch {
      // Nobody is left in it.
    }
  };
  const exited = new Promise<SupervisedExit>((resolve) => {
    child.once('exit', (code, signal) => {
      // What Spark itself had started and left behind.
      killGroup();
      // Its last lines are read by then; somebody who has left the group may hold the pipe open, and is not waited for.
      const end = () => resolve({ code, signal });
      child.once('close', end);
      setTimeout(end, LAST_LINES_MS).unref();
    });
  });
  return {
    exited,
    close: async () => {
      child.stdin?.end();
      const timer = setTimeout(killGroup, KILL_AFTER_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}
