import { SenbonError } from '../errors/senbon-error.ts';
import { atMost } from '../observe/at-most.ts';
import type { CallOptions, Locks } from '../ports/discovery.ts';
import type { DiscoveryContext } from './guard-discovery.ts';
import { invoke, PluginFault } from './guarded-call.ts';

type Work<T> = (signal: AbortSignal) => Promise<T>;

export class GuardedLocks implements Locks {
  readonly #locks: Locks;
  readonly #context: DiscoveryContext;

  constructor(locks: Locks, context: DiscoveryContext) {
    this.#locks = locks;
    this.#context = context;
  }

  /** The wait for the lock and its release end in time; what `fn` does in between takes as long as it takes. */
  async withLock<T>(path: string, timeoutMs: number, fn: Work<T>, call: CallOptions = {}): Promise<T> {
    const context = this.#context;
    const turn = new Turn(fn, context);
    let released: Promise<unknown> = Promise.resolve();
    await context
      .call(path, {
        what: 'locks.withLock',
        timeoutMs: timeoutMs + context.callTimeoutMs,
        signal: call.signal,
        run: (signal) => {
          released = invoke(() =>
            this.#locks.withLock(path, timeoutMs, (held) => turn.take(held), { signal }),
          );
          return Promise.race([turn.begun, released.then(() => turn.assertBegun())]);
        },
      })
      .catch((error: unknown) => {
        turn.forgo();
        throw error;
      });
    released.catch(() => {});
    const outcome = await turn.outcome;
    await this.#awaitRelease(path, released);
    if (outcome.ok) return outcome.value;
    throw outcome.error;
  }

  async #awaitRelease(path: string, released: Promise<unknown>): Promise<void> {
    const { clock, callTimeoutMs, logger, plugin } = this.#context;
    // It rejects with the function's own failure too, which is passed on anyway.
    const settled = released.catch((error: unknown) => logger.debug(`Lock ${path}: ${String(error)}`));
    if (await atMost(clock, callTimeoutMs, settled)) return;
    logger.warn(`Plugin ${plugin} did not release the lock ${path} within ${callTimeoutMs} ms`);
  }
}

type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

/** The one run of a function under a lock: not before it is granted, not when it is given up, and not twice. */
class Turn<T> {
  readonly begun: Promise<void>;
  readonly outcome: Promise<Outcome<T>>;
  readonly #fn: Work<T>;
  readonly #context: DiscoveryContext;
  #begin: () => void = () => {};
  #settle: (outcome: Outcome<T>) => void = () => {};
  #isTaken = false;
  #isForgone = false;

  constructor(fn: Work<T>, context: DiscoveryContext) {
    this.#fn = fn;
    this.#context = context;
    this.begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  async take(held: AbortSignal | undefined): Promise<T> {
    const { plugin } = this.#context;
    if (this.#isForgone)
      throw new PluginFault(`plugin ${plugin} granted a lock that nobody waits for any more`);
    if (this.#isTaken) throw new PluginFault(`plugin ${plugin} granted one lock twice`);
    this.#isTaken = true;
    this.#begin();
    try {
      const value = await this.#fn(this.#context.until(held));
      this.#settle({ ok: true, value });
      return value;
    } catch (error) {
      this.#settle({ ok: false, error });
      throw error;
    }
  }

  forgo(): void {
    this.#isForgone = true;
  }

  assertBegun(): void {
    if (!this.#isTaken) {
      throw new SenbonError('DISCOVERY_FAILED', {
        path: 'a lock',
        problem: `plugin ${this.#context.plugin} neither granted it nor said why not`,
      });
    }
  }
}
