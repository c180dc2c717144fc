import { type AreaConfig, type Clock, type Logger, type NamedHandle, SenbonError } from '@senbon/core';
import { type TProtocolVersion, TOperationType } from '@senbon/hive-thrift';
import { engineHostArea } from '../config.ts';
import type {
  ExecutorResult,
  ExecutorSession,
  MetadataKind,
  MetadataRequest,
  StatementContext,
} from '../executor.ts';
import { metadataSchemas } from '../metadata-schemas.ts';
import { Operation, type OperationOwner } from '../operation/operation.ts';
import { isUnderWay } from '../operation/operation-state.ts';
import type { StatementQueue } from '../operation/statement-queue.ts';
import type { RewindBudget } from '../result/result-history.ts';
import { within } from '../within.ts';
import { handleFor, type HandleMap } from './handle-map.ts';
import { ofSession, ofStatement } from './session-keys.ts';

/** Operations one session may hold open; a client that never closes any would fill the engine. */
const MAX_OPERATIONS = 1_000;
/** An executor that has not let go of a session by then is left to itself. */
const CLOSE_TIMEOUT_MS = 10_000;

/** What all sessions of an engine share. */
export interface EngineResources {
  readonly config: AreaConfig<typeof engineHostArea>;
  /** `host:port`, for messages. */
  readonly engineName: string;
  readonly operations: HandleMap<Operation>;
  readonly queue: StatementQueue;
  readonly budget: RewindBudget;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A connection, as far as sessions need it. */
export interface Peer {
  readonly isClosed: boolean;
  /** The gateway process at its other end; `null` when that is unknown. */
  readonly gateway: string | null;
}

export interface SessionOptions {
  readonly handle: NamedHandle;
  readonly isOwnHandle: boolean;
  readonly user: string;
  readonly protocol: TProtocolVersion;
  readonly conf: Map<string, string>;
  readonly executor: ExecutorSession;
  /** The connection that opened it, if it ends with that; else `null`. */
  readonly boundTo: Peer | null;
  /** The gateway that opened it, and serves it as long as that lives. */
  readonly gateway: string | null;
  readonly resources: EngineResources;
}

export interface ExecuteOptions {
  readonly statement: string;
  /** The id that the gateway chose for the operation. */
  readonly chosenHandle: string | null;
  readonly confOverlay: ReadonlyMap<string, string>;
  readonly isAsync: boolean;
  /** The client's own time-out; 0 = none. */
  readonly timeoutMs: number;
}

/** GetPrimaryKeys and GetCrossReference have no type of their own; HiveServer2 says GET_FUNCTIONS. */
const METADATA_TYPES: Readonly<Record<MetadataKind, TOperationType>> = {
  catalogs: TOperationType.GET_CATALOGS,
  schemas: TOperationType.GET_SCHEMAS,
  tables: TOperationType.GET_TABLES,
  tableTypes: TOperationType.GET_TABLE_TYPES,
  columns: TOperationType.GET_COLUMNS,
  functions: TOperationType.GET_FUNCTIONS,
  typeInfo: TOperationType.GET_TYPE_INFO,
  primaryKeys: TOperationType.GET_FUNCTIONS,
  crossReference: TOperationType.GET_FUNCTIONS,
};

/** One open session: an executor session and the operations on it. */
export class Session implements OperationOwner {
  readonly options: SessionOptions;
  readonly #operations = new Set<Operation>();
  #lastAccessMs: number;
  #isClosed = false;

  constructor(options: SessionOptions) {
    this.options = options;
    this.#lastAccessMs = options.resources.clock.now();
  }

  get handle(): NamedHandle {
    return this.options.handle;
  }

  get isOwnHandle(): boolean {
    return this.options.isOwnHandle;
  }

  get protocol(): TProtocolVersion {
    return this.options.protocol;
  }

  get operations(): readonly Operation[] {
    return [...this.#operations];
  }

  /** Since when nobody has used it; `null` while something runs. Rows that nobody fetches are no use of it. */
  get idleSinceMs(): number | null {
    return this.operations.some(({ state }) => isUnderWay(state)) ? null : this.#lastAccessMs;
  }

  touch(): void {
    this.#lastAccessMs = this.options.resources.clock.now();
  }

  /** Throws ENGINE_REFUSED when the engine is full, CONFIG_INVALID for a conf of the statement's own that it reads. */
  execute(options: ExecuteOptions): Operation {
    const { conf, executor, resources } = this.options;
    const { config, queue, engineName } = resources;
    queue.assertRoom(engineName);
    const { confOverlay, statement } = options;
    const { queryTimeoutMs, resultMaxRows } = engineHostArea;
    const ceilingMs =
      ofStatement(queryTimeoutMs, confOverlay) ?? ofSession(queryTimeoutMs, config.queryTimeoutMs, conf);
    return this.#start({
      chosenHandle: options.chosenHandle,
      type: TOperationType.EXECUTE_STATEMENT,
      statement,
      run: (context) => executor.execute(statement, context),
      queue,
      isAsync: options.isAsync,
      timeoutMs: smallerTimeout(options.timeoutMs, ceilingMs ?? 0),
      resultMaxRows:
        ofStatement(resultMaxRows, confOverlay) ?? ofSession(resultMaxRows, config.resultMaxRows, conf),
      confOverlay: Object.fromEntries(confOverlay),
    });
  }

  metadata(request: MetadataRequest): Operation {
    const { executor, resources } = this.options;
    const schema = metadataSchemas[request.kind];
    const run = async (context: StatementContext): Promise<ExecutorResult> => ({
      rows: { schema, cursor: await executor.metadata(request, context) },
    });
    return this.#start({
      chosenHandle: null,
      type: METADATA_TYPES[request.kind],
      statement: null,
      run,
      queue: null,
      isAsync: false,
      timeoutMs: resources.config.queryTimeoutMs ?? 0,
      resultMaxRows: 0,
      confOverlay: {},
    });
  }

  async closeOperation(operation: Operation, why?: string): Promise<void> {
    this.#operations.delete(operation);
    this.options.resources.operations.delete(operation);
    await operation.close(why);
  }

  /** Closes finished operations that nobody has touched since `beforeMs`. */
  async closeIdleOperations(beforeMs: number): Promise<void> {
    const idle = this.operations.filter(
      ({ state, lastAccessMs }) => !isUnderWay(state) && lastAccessMs <= beforeMs,
    );
    await Promise.all(idle.map((operation) => this.closeOperation(operation, 'idle')));
  }

  /** Ends its operations, then the executor's session. Idempotent. */
  async close(why: string): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { executor, resources } = this.options;
    await Promise.all(this.operations.map((operation) => this.closeOperation(operation, why)));
    try {
      await within(executor.close(), CLOSE_TIMEOUT_MS, 'closing it', resources.clock);
    } catch (error) {
      resources.logger.warn(`session ${this.handle.id} could not be closed in the executor`, error);
    }
  }

  #start(options: StartOptions): Operation {
    const { resources } = this.options;
    if (this.#isClosed) throw new SenbonError('SESSION_NOT_FOUND', { id: this.handle.id });
    if (this.#operations.size >= MAX_OPERATIONS) {
      const problem = `the session holds ${MAX_OPERATIONS} open operations; close statements that are done`;
      throw new SenbonError(
        'ENGINE_REFUSED',
        { engine: resources.engineName, problem },
        { sqlState: '53000' },
      );
    }
    const { chosenHandle, ...rest } = options;
    const { budget, clock, logger } = resources;
    const handle = handleFor(chosenHandle);
    if (resources.operations.has(handle)) {
      const problem = `kyuubi.operation.handle ${handle.id} is in use already`;
      throw new SenbonError('REQUEST_INVALID', { method: 'ExecuteStatement', problem });
    }
    const operation = new Operation({
      ...rest,
      handle,
      isOwnHandle: chosenHandle === null && this.isOwnHandle,
      owner: this,
      sessionConf: this.options.conf,
      budget,
      keepsAllRows: resources.config.rewindAlways,
      clock,
      logger,
    });
    this.#operations.add(operation);
    resources.operations.add(operation);
    operation.start();
    return operation;
  }
}

interface StartOptions {
  readonly chosenHandle: string | null;
  readonly type: TOperationType;
  readonly statement: string | null;
  readonly run: (context: StatementContext) => Promise<ExecutorResult>;
  readonly queue: StatementQueue | null;
  readonly isAsync: boolean;
  readonly timeoutMs: number;
  readonly resultMaxRows: number;
  readonly confOverlay: Readonly<Record<string, string>>;
}

/** 0 = none, on both sides. */
function smallerTimeout(a: number, b: number): number {
  if (a <= 0) return Math.max(b, 0);
  return b <= 0 ? a : Math.min(a, b);
}
