import { ZkCode, ZkError } from './zk-error.ts';

/** More unanswered operations than this on one session are refused: 26,000 reads at once were measured to be fine. */
const MAX_PENDING = 20_000;

type Settle = (rc: number, text: string) => void;

/** Sends an operation; 0 when `done` will be called. */
export type Issue<T> = (done: (rc: number, text: string, value: T | null) => void) => number;

/** The operations of one session that are not answered yet: each ends, by an answer, by its time-out or with all. */
export class PendingCalls {
  readonly #timeoutMs: number;
  readonly #pending = new Set<Settle>();
  /** When the newest operation that was answered was sent: then the server still had the session for sure. */
  #provenAt = performance.now();

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  get provenAt(): number {
    return this.#provenAt;
  }

  /** The server has answered something that is no operation. */
  prove(): void {
    this.#provenAt = performance.now();
  }

  issue<T>(operation: string, path: string, issue: Issue<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#pending.size >= MAX_PENDING) {
        reject(new ZkError(ZkCode.systemError, operation, path, `${MAX_PENDING} operations are unanswered`));
        return;
      }
      const sentAt = performance.now();
      const forget = (): void => {
        clearTimeout(timer);
        this.#pending.delete(settle);
      };
      const settle: Settle = (rc, text) => {
        forget();
        reject(new ZkError(rc, operation, path, text));
      };
      const timer = setTimeout(
        () => settle(ZkCode.operationTimeout, `no answer within ${this.#timeoutMs} ms`),
        this.#timeoutMs,
      );
      this.#pending.add(settle);
      const rc = issue((code, text, value) => {
        if (!this.#pending.has(settle)) return;
        // The server's own codes begin at "no node"; those above it are this side's.
        if (code === ZkCode.ok || code <= ZkCode.noNode) this.#provenAt = Math.max(this.#provenAt, sentAt);
        if (code !== ZkCode.ok || value === null) return settle(code, text);
        forget();
        resolve(value);
      });
      // Anything but 0 means that the callback is never called.
      if (rc !== ZkCode.ok) settle(rc, 'refused here');
    });
  }

  failAll(code: number, text: string): void {
    for (const settle of this.#pending) settle(code, text);
  }
}
