import { setMaxListeners } from 'node:events';
import { messageOf, SenbonError } from '../errors/senbon-error.ts';
import type {
  CallOptions,
  Connection,
  ConnectionState,
  DiscoveryClient,
  DiscoveryOptions,
  DiscoveryPlugin,
  Locks,
  Records,
  Registry,
} from '../ports/discovery.ts';
import { guardedCall, type GuardContext, type GuardedCall, PluginFault } from './guarded-call.ts';
import { GuardedLocks } from './guarded-locks.ts';
import { GuardedRecords } from './guarded-records.ts';
import { GuardedRegistry } from './guarded-registry.ts';

export interface GuardDiscoveryOptions extends Omit<GuardContext, 'plugin'> {
  /** For every call but `open`, which has the connect time-out, and the wait for a lock, which has its own. */
  readonly callTimeoutMs: number;
}

/** What a plugin may take beyond its own time-outs. */
const GRACE_MS = 5_000;

/**
 * The plugin as the rest of the system sees it, whoever wrote it: one client, opened once, again after a failed attempt,
 * and closed once; every call ends in time; every failure is a SenbonError that names plugin and method.
 */
export function guardDiscovery(plugin: DiscoveryPlugin, options: GuardDiscoveryOptions): DiscoveryPlugin {
  let opened: Promise<DiscoveryClient> | null = null;
  return {
    name: plugin.name,
    supports: plugin.supports,
    open: (discovery, call) => {
      opened ??= open(plugin, options, discovery, call).catch((error: unknown) => {
        opened = null;
        throw error;
      });
      return opened;
    },
  };
}

// oxlint-disable-next-line eslint/max-params -- called in one place, with what that place was called with
async function open(
  plugin: DiscoveryPlugin,
  { callTimeoutMs, clock, logger }: GuardDiscoveryOptions,
  options: DiscoveryOptions,
  call: CallOptions,
): Promise<DiscoveryClient> {
  const context: DiscoveryContext = new DiscoveryContext({
    plugin: plugin.name,
    clock,
    logger,
    callTimeoutMs,
  });
  try {
    const client = await guardedCall(context, {
      what: 'open',
      timeoutMs: options.connectTimeoutMs + GRACE_MS,
      signal: call.signal,
      run: (signal) => plugin.open(options, { signal }),
      onLate: (late) => void late.close(),
    });
    return new GuardedClient(client, context);
  } catch (error) {
    if (error instanceof SenbonError || call.signal?.aborted === true) throw error;
    const problem =
      error instanceof PluginFault ? error.message : `plugin ${plugin.name}: ${messageOf(error)}`;
    const details = { addresses: options.addresses, problem };
    throw new SenbonError('DISCOVERY_UNREACHABLE', details, { cause: error });
  }
}

/** What the guarded parts of one client share. */
export class DiscoveryContext implements GuardContext {
  readonly plugin: string;
  readonly clock: GuardContext['clock'];
  readonly logger: GuardContext['logger'];
  readonly callTimeoutMs: number;
  readonly #closing = new AbortController();

  constructor(options: GuardContext & { readonly callTimeoutMs: number }) {
    this.plugin = options.plugin;
    this.clock = options.clock;
    this.logger = options.logger;
    this.callTimeoutMs = options.callTimeoutMs;
    // Each call that is under way listens to it; there may be hundreds.
    setMaxListeners(0, this.#closing.signal);
  }

  /** Aborts, with DISCOVERY_CLOSED, when the client is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  close(): void {
    this.#closing.abort(new SenbonError('DISCOVERY_CLOSED'));
  }

  /** The caller's signal, and the end of the client. */
  until(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.closing : AbortSignal.any([signal, this.closing]);
  }

  /** A call that ends in time. Throws DISCOVERY_*, or the reason of the caller's signal. */
  async call<T>(path: string, call: Omit<GuardedCall<T>, 'timeoutMs'> & { timeoutMs?: number }): Promise<T> {
    const signal = this.until(call.signal);
    try {
      return await guardedCall(this, { timeoutMs: this.callTimeoutMs, ...call, signal });
    } catch (error) {
      if (signal.aborted && error === signal.reason) throw error;
      throw this.failure(path, call.what, error);
    }
  }

  failure(path: string, what: string, error: unknown): SenbonError {
    if (error instanceof SenbonError) return error;
    const problem =
      error instanceof PluginFault ? error.message : `plugin ${this.plugin}, ${what}: ${messageOf(error)}`;
    return new SenbonError('DISCOVERY_FAILED', { path, problem }, { cause: error });
  }

  /** A callback of ours for the plugin to call: it never throws, and is deaf when it is not wanted any more. */
  callback<T>(what: string, listener: (value: T) => void, isWanted: () => boolean): (value: T) => void {
    return (value) => {
      if (!isWanted()) return;
      try {
        listener(value);
      } catch (error) {
        this.logger.error(`A listener of ${what} failed`, error);
      }
    };
  }
}

class GuardedClient implements DiscoveryClient {
  readonly registry: Registry;
  readonly locks: Locks;
  readonly records: Records;
  readonly connection: Connection;
  readonly #client: DiscoveryClient;
  readonly #context: DiscoveryContext;
  #closed: Promise<void> | null = null;

  constructor(client: DiscoveryClient, context: DiscoveryContext) {
    this.#client = client;
    this.#context = context;
    this.registry = new GuardedRegistry(client.registry, context);
    this.locks = new GuardedLocks(client.locks, context);
    this.records = new GuardedRecords(client.records, context);
    this.connection = guardConnection(client.connection, context);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** A plugin that cannot close is only logged: its owner goes away. */
  async #close(): Promise<void> {
    const context = this.#context;
    const run = () => this.#client.close();
    try {
      const closing = guardedCall(context, { what: 'close', timeoutMs: context.callTimeoutMs, run });
      context.close();
      await closing;
    } catch (error) {
      context.logger.warn(`Plugin ${context.plugin} did not close cleanly`, error);
    }
  }
}

function guardConnection(connection: Connection, context: DiscoveryContext): Connection {
  return {
    get sessionTimeoutMs(): number | undefined {
      const { sessionTimeoutMs } = connection;
      return sessionTimeoutMs !== undefined && sessionTimeoutMs > 0 ? sessionTimeoutMs : undefined;
    },
    get state(): ConnectionState {
      return connection.state;
    },
    onChange: (listener) => {
      let isWanted = true;
      const off = connection.onChange(context.callback('the connection', listener, () => isWanted));
      return () => {
        isWanted = false;
        off();
      };
    },
  };
}
