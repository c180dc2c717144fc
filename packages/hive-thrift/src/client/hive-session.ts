import type { TOperationHandle, TSessionHandle, TStatus } from '../messages/common.ts';
import type { TGetInfoType, TProtocolVersion } from '../messages/enums.ts';
import type { MethodName, RequestOf } from '../messages/methods.ts';
import { HiveError, checkStatus } from './hive-error.ts';
import { HiveOperation } from './hive-operation.ts';
import { abortReason, type CallOptions, type Transport } from './transport.ts';

export interface SessionInit {
  readonly handle: TSessionHandle;
  readonly protocol: TProtocolVersion;
  /** What the server told about itself; empty if nothing. */
  readonly configuration: ReadonlyMap<string, string>;
}

export interface ExecuteOptions {
  /**
   * For the server's answer; 0 = none. Default 10 minutes as for every call; of a statement with `runAsync: false`, which
   * is answered when it has finished, 10 seconds more than `queryTimeoutMs`, or none.
   */
  readonly timeoutMs?: number;
  /** For this statement only. */
  readonly confOverlay?: Readonly<Record<string, string>>;
  /** The server ends the statement after this; whole seconds on the wire, rounded up. Default none. */
  readonly queryTimeoutMs?: number;
  /** Default true: the server answers at once, `wait` tells when it has finished. */
  readonly runAsync?: boolean;
  /** Cancels the statement on the server, from `execute` on until it has been sent. */
  readonly signal?: AbortSignal;
}

type CatalogMethod =
  | 'GetTypeInfo'
  | 'GetCatalogs'
  | 'GetSchemas'
  | 'GetTables'
  | 'GetTableTypes'
  | 'GetColumns'
  | 'GetFunctions'
  | 'GetPrimaryKeys'
  | 'GetCrossReference';
type Filter<M extends MethodName> = Omit<RequestOf<M>, 'sessionHandle'>;
type InfoValue = string | number | bigint;

/** Beyond the query's own time-out, for the answer of a synchronous statement to come. */
const ANSWER_GRACE_MS = 10_000;

/** A session on the server. Close it: servers keep it, and what it runs, until a time-out else. */
export class HiveSession implements SessionInit {
  readonly handle: TSessionHandle;
  readonly protocol: TProtocolVersion;
  readonly configuration: ReadonlyMap<string, string>;
  readonly #transport: Transport;
  readonly #onClose: () => void;
  #isClosed = false;

  constructor(transport: Transport, init: SessionInit, onClose: () => void = () => {}) {
    this.#transport = transport;
    this.handle = init.handle;
    this.protocol = init.protocol;
    this.configuration = init.configuration;
    this.#onClose = onClose;
  }

  /** Starts a statement. Throws HiveError, at once or (with `runAsync`) from the operation's `wait`. */
  async execute(statement: string, options: ExecuteOptions = {}): Promise<HiveOperation> {
    const { confOverlay, queryTimeoutMs = 0, runAsync = true, signal } = options;
    if (signal?.aborted) throw abortReason(signal);
    const request = {
      sessionHandle: this.handle,
      statement,
      confOverlay: new Map(Object.entries(confOverlay ?? {})),
      runAsync,
      queryTimeout: BigInt(Math.ceil(queryTimeoutMs / 1000)),
    };
    const started = this.#transport
      .call('ExecuteStatement', request, answerTimeout(options))
      .then(({ status, operationHandle }) => this.#started(status, operationHandle, 'ExecuteStatement'));
    return signal === undefined ? started : orCancel(started, signal);
  }

  /** An operation that this session did not start through this object, as from a server's configuration. */
  operation(handle: TOperationHandle): HiveOperation {
    return new HiveOperation(this.#transport, handle);
  }

  getTypeInfo(options?: CallOptions): Promise<HiveOperation> {
    return this.#catalog('GetTypeInfo', {}, options);
  }

  getCatalogs(options?: CallOptions): Promise<HiveOperation> {
    return this.#catalog('GetCatalogs', {}, options);
  }

  getSchemas(filter: Filter<'GetSchemas'> = {}, options?: CallOptions): Promise<HiveOperation> {
    return this.#catalog('GetSchemas', filter, options);
  }

  getTables(filter: Filter<'GetTables'> = {}, options?: CallOptions): Promise<HiveOperation> {
    return this.#catalog('GetTables', filter, options);
  }

  getTableTypes(options?: CallOptions): Promise<HiveOperation> {
    return this.#catalog('GetTableTypes', {}, options);
  }

  getColumns(filter: Filter<'GetColumns'> = {}, options?: CallOptions): Promise<HiveOperation> {
    return this.#catalog('GetColumns', filter, options);
  }

  /** `functionName` is the one pattern that the protocol insists on; `%` means all. */
  getFunctions(filter: Partial<Filter<'GetFunctions'>> = {}, options?: CallOptions): Promise<HiveOperation> {
    return this.#catalog('GetFunctions', { functionName: '%', ...filter }, options);
  }

  getPrimaryKeys(filter: Filter<'GetPrimaryKeys'> = {}, options?: CallOptions): Promise<HiveOperation> {
    return this.#catalog('GetPrimaryKeys', filter, options);
  }

  getCrossReference(filter: Filter<'GetCrossReference'> = {}, options?: CallOptions): Promise<HiveOperation> {
    return this.#catalog('GetCrossReference', filter, options);
  }

  async info(infoType: TGetInfoType, options?: CallOptions): Promise<InfoValue> {
    const request = { sessionHandle: this.handle, infoType };
    const { status, infoValue } = await this.#transport.call('GetInfo', request, options);
    checkStatus(status, 'GetInfo');
    return Object.values(infoValue)[0] as InfoValue;
  }

  /** Idempotent; the server ends what still runs. */
  async close(options?: CallOptions): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClose();
    const { status } = await this.#transport.call('CloseSession', { sessionHandle: this.handle }, options);
    checkStatus(status, 'CloseSession');
  }

  async #catalog<M extends CatalogMethod>(
    method: M,
    filter: Filter<M>,
    options?: CallOptions,
  ): Promise<HiveOperation> {
    const request = { sessionHandle: this.handle, ...filter } as unknown as RequestOf<M>;
    const { status, operationHandle } = await this.#transport.call(method, request, options);
    return this.#started(status, operationHandle, method);
  }

  #started(status: TStatus, handle: TOperationHandle | undefined, what: string): HiveOperation {
    checkStatus(status, what);
    if (handle === undefined)
      throw new HiveError({ message: `${what} succeeded, yet gave no operation handle` });
    return new HiveOperation(this.#transport, handle);
  }
}

/** The handle is known only when the answer is there: a statement aborted before is cancelled then. */
function orCancel(started: Promise<HiveOperation>, signal: AbortSignal): Promise<HiveOperation> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(abortReason(signal));
      started.then(cancelAndClose).catch(() => {});
    };
    signal.addEventListener('abort', onAbort, { once: true });
    started.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

async function cancelAndClose(operation: HiveOperation): Promise<void> {
  try {
    await operation.cancel();
  } finally {
    await operation.close();
  }
}

function answerTimeout({ timeoutMs, queryTimeoutMs = 0, runAsync = true }: ExecuteOptions): CallOptions {
  if (timeoutMs !== undefined) return { timeoutMs };
  if (runAsync) return {};
  return { timeoutMs: queryTimeoutMs > 0 ? queryTimeoutMs + ANSWER_GRACE_MS : 0 };
}
