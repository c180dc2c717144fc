import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';

export interface GuardContext {
  /** As it is named in errors and logs. */
  readonly plugin: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface GuardedCall<T> {
  /** The method, as in `registry.list`. */
  readonly what: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** May throw, reject with anything, or never settle. Its signal aborts when nobody waits for it any more. */
  readonly run: (signal: AbortSignal) => T | PromiseLike<T>;
  /** What came when nobody waited any more, to be put away. */
  readonly onLate?: (value: T) => void;
}

/** A plugin did not keep its port's promises; the text names plugin and method. */
export class PluginFault extends Error {}

/**
 * Calls into a plugin, once for all plugins: settles in time whatever the plugin does. Throws PluginFault when it takes too
 * long, the signal's reason, or what the plugin throws.
 */
export async function guardedCall<T>(context: GuardContext, call: GuardedCall<T>): Promise<T> {
  const { what, timeoutMs, signal } = call;
  signal?.throwIfAborted();
  const abort = new AbortController();
  const work = invoke(() => call.run(abort.signal));
  let stop: (error: unknown) => void = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = (error) => {
      abort.abort(error);
      reject(error as Error);
    };
  });
  const timer = context.clock.after(timeoutMs, () =>
    stop(new PluginFault(`plugin ${context.plugin} did not finish ${what} within ${timeoutMs} ms`)),
  );
  const onAbort = () => stop(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, stopped]);
  } catch (error) {
    if (abort.signal.aborted) putAway(context, call, work);
    throw error;
  } finally {
    timer.cancel();
    signal?.removeEventListener('abort', onAbort);
  }
}

/** A throw is a rejection, and a thenable a promise. */
export async function invoke<T>(run: () => T | PromiseLike<T>): Promise<T> {
  return run();
}

function putAway<T>({ plugin, logger }: GuardContext, call: GuardedCall<T>, work: Promise<T>): void {
  work
    .then((value) => call.onLate?.(value))
    .catch((error: unknown) => logger.debug(`Plugin ${plugin}, late end of ${call.what}: ${String(error)}`));
}
