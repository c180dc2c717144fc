import type { ChildProcess } from 'node:child_process';

export type Readiness =
  | { readonly kind: 'serves' }
  | { readonly kind: 'failed'; readonly problem: string }
  /** It lives, but has not said anything yet. */
  | { readonly kind: 'late' };

/** Discovery that is slow to answer has `kyuubi.ha.zookeeper.connection.timeout`, some retries, and its frontends. */
const TIMEOUT_MS = 60_000;

/** Until the child says by its first message that it serves, or ends. */
export function readiness(child: ChildProcess, timeoutMs = TIMEOUT_MS): Promise<Readiness> {
  return new Promise((resolve) => {
    const done = (outcome: Readiness): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      // An error that comes afterwards has nobody to be told.
      child.on('error', () => {});
      if (child.connected) child.disconnect();
      resolve(outcome);
    };
    const timer = setTimeout(() => done({ kind: 'late' }), timeoutMs);
    child.once('message', () => done({ kind: 'serves' }));
    child.once('error', (error) => done({ kind: 'failed', problem: error.message }));
    child.once('exit', (code, signal) => {
      done({ kind: 'failed', problem: `it ended with ${signal ?? `code ${code}`}` });
    });
  });
}
