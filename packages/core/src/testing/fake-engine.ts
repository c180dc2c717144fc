import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import {
  columnOf,
  dispatch,
  EncodedReply,
  encodeFetchReply,
  FetchType,
  frame,
  FrameDecoder,
  frameHeader,
  type Handlers,
  type MethodName,
  readEnvelope,
  SaslPlainServer,
  TFetchOrientation,
  TOperationState,
  TOperationType,
  type TOperationHandle,
  TStatusCode,
  TTypeId,
} from '@senbon/hive-thrift';
import { createHandle, guidOf, idOf, type NamedHandle } from '../session/handle.ts';

export interface EngineCall {
  readonly method: string;
  /** Who the connection it came over is authenticated as. */
  readonly user: string;
  readonly request: unknown;
}

export interface EngineOperation {
  readonly handle: NamedHandle;
  readonly statement: string;
  readonly sessionId: string;
  state: TOperationState;
  rowsLeft: number;
}

/** Writes a framed reply; a test replaces it to split, stall or drop. */
export type ReplyWriter = (socket: Socket, framed: Uint8Array, method: string) => void;

export interface FakeEngineOptions {
  readonly port?: number;
  /** Throws to refuse a login. */
  readonly checkLogin?: (user: string, password: string) => void;
}

const OK = { statusCode: TStatusCode.SUCCESS } as const;
const MAX_REQUEST_BYTES = 16 * 1_048_576;

/**
 * An engine in this process: Thrift binary over SASL PLAIN, with the answers a test scripts. A statement `wait …` runs
 * until `finishAll` or a cancel, `fail …` ends in an error, any other gives one row per `rows`.
 */
export class FakeEngine {
  readonly calls: EngineCall[] = [];
  /** Methods whose reply has been written. */
  readonly answered: string[] = [];
  readonly logins: string[] = [];
  readonly passwords: string[] = [];
  readonly sockets = new Set<Socket>();
  readonly sessions = new Map<string, NamedHandle>();
  readonly operations = new Map<string, EngineOperation>();
  /** Answers in the place of the built-in ones. */
  overrides: Handlers<string> = {};
  write: ReplyWriter = (socket, framed) => void socket.write(framed);
  /** Engines adopt the gateway's session id as their own; some insist on theirs. */
  adoptsHandles = true;
  /** As after SIGSTOP: connections are taken, and no login is answered. */
  isStopped = false;
  rows = 3;
  /** Stays known after `close`. */
  port = 0;
  readonly #server: Server;
  readonly #options: FakeEngineOptions;
  readonly #listeners = new Set<() => void>();

  static async start(options: FakeEngineOptions = {}): Promise<FakeEngine> {
    const engine = new FakeEngine(options);
    engine.#server.listen(options.port ?? 0, '127.0.0.1');
    await once(engine.#server, 'listening');
    engine.port = (engine.#server.address() as AddressInfo).port;
    return engine;
  }

  private constructor(options: FakeEngineOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true }, (socket) => this.#serve(socket));
  }

  get endpoint(): { readonly host: string; readonly port: number } {
    return { host: '127.0.0.1', port: this.port };
  }

  callsOf(method: MethodName): EngineCall[] {
    return this.calls.filter((call) => call.method === method);
  }

  /** Resolves once `isTrue`, which is looked at after every event of the engine. */
  async until(isTrue: (engine: FakeEngine) => boolean): Promise<void> {
    while (!isTrue(this)) {
      await new Promise<void>((resolve) => {
        this.#listeners.add(resolve);
      });
    }
  }

  /** The built-in answer. */
  get openSession(): NonNullable<Handlers<string>['OpenSession']> {
    return this.#handlers.OpenSession as NonNullable<Handlers<string>['OpenSession']>;
  }

  finishAll(state: TOperationState = TOperationState.FINISHED): void {
    for (const operation of this.operations.values()) operation.state = state;
  }

  /** Ends as `kill -9` would: every connection and the port are gone. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.sockets) socket.resetAndDestroy();
    await closed;
  }

  #serve(socket: Socket): void {
    this.sockets.add(socket);
    const sasl = new SaslPlainServer();
    const frames = new FrameDecoder({ maxFrameBytes: MAX_REQUEST_BYTES });
    let user: string | null = null;
    socket.on('error', () => {});
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.#changed();
    });
    socket.on('data', (chunk: Buffer) => {
      if (this.isStopped) return;
      let rest: Uint8Array = chunk;
      if (user === null) {
        const step = sasl.push(chunk);
        if (step.credentials === undefined) return;
        rest = step.rest;
        try {
          this.#options.checkLogin?.(step.credentials.user, step.credentials.password);
        } catch (error) {
          socket.end(sasl.bad((error as Error).message));
          return;
        }
        user = step.credentials.user;
        this.logins.push(user);
        this.passwords.push(step.credentials.password);
        socket.write(sasl.complete());
        this.#changed();
      }
      for (const message of frames.push(rest)) void this.#answer(socket, message, user);
    });
  }

  async #answer(socket: Socket, message: Uint8Array, user: string): Promise<void> {
    const { method } = readEnvelope(message);
    const reply = await dispatch(message, { ...this.#handlers, ...this.#recorded() }, user);
    if (!socket.destroyed) this.write(socket, frame(reply), method);
    this.answered.push(method);
    this.#changed();
  }

  /** Every handler, with its calls noted down. */
  #recorded(): Handlers<string> {
    const all = { ...this.#handlers, ...this.overrides };
    return Object.fromEntries(
      Object.entries(all).map(([method, handler]) => [
        method,
        (request: never, user: string) => {
          this.calls.push({ method, user, request });
          this.#changed();
          return (handler as (request: never, user: string) => unknown)(request, user);
        },
      ]),
    ) as Handlers<string>;
  }

  #changed(): void {
    for (const wake of this.#listeners) wake();
    this.#listeners.clear();
  }

  readonly #handlers: Handlers<string> = {
    OpenSession: async (request) => {
      const asked = request.configuration?.get('kyuubi.session.handle');
      const own = createHandle();
      const handle =
        asked !== undefined && this.adoptsHandles ? { ...own, id: asked, guid: guidOf(asked) } : own;
      this.sessions.set(handle.id, handle);
      return {
        status: OK,
        serverProtocolVersion: request.clientProtocol,
        sessionHandle: { sessionId: handle },
        configuration: new Map([
          ['kyuubi.engine.id', 'fake-1'],
          ['kyuubi.engine.name', 'fake engine'],
          ['kyuubi.engine.url', '127.0.0.1:4040'],
        ]),
      };
    },
    CloseSession: async (request) => {
      this.sessions.delete(idOf(request.sessionHandle.sessionId.guid));
      return { status: OK };
    },
    GetInfo: async () => ({ status: OK, infoValue: { stringValue: 'fake' } }),
    ExecuteStatement: async (request) => {
      const sessionId = idOf(request.sessionHandle.sessionId.guid);
      if (!this.sessions.has(sessionId)) return { status: failure(`Invalid SessionHandle [${sessionId}]`) };
      const { statement } = request;
      if (statement.startsWith('refuse')) return { status: failure('refused', '42000') };
      const state = statement.startsWith('wait')
        ? TOperationState.RUNNING
        : statement.startsWith('fail')
          ? TOperationState.ERROR
          : TOperationState.FINISHED;
      return { status: OK, operationHandle: this.#newOperation(sessionId, statement, state) };
    },
    GetTables: async (request) => ({
      status: OK,
      operationHandle: this.#newOperation(
        idOf(request.sessionHandle.sessionId.guid),
        'tables',
        TOperationState.FINISHED,
      ),
    }),
    GetOperationStatus: async (request) => {
      const operation = this.#operationOf(request.operationHandle);
      if (operation === null) return { status: failure('Invalid OperationHandle') };
      const error =
        operation.state === TOperationState.ERROR
          ? { sqlState: '42S02', errorCode: 7, errorMessage: 'no such table' }
          : {};
      return { status: OK, operationState: operation.state, hasResultSet: true, ...error };
    },
    GetResultSetMetadata: async () => ({
      status: OK,
      schema: {
        columns: [
          {
            columnName: 'n',
            position: 1,
            typeDesc: { types: [{ primitiveEntry: { type: TTypeId.INT } }] },
          },
        ],
      },
    }),
    FetchResults: async (request) => {
      const operation = this.#operationOf(request.operationHandle);
      if (operation === null) return { status: failure('Invalid OperationHandle') };
      if (request.fetchType === FetchType.LOG) return fetched(0, []);
      if (request.orientation === TFetchOrientation.FETCH_FIRST) operation.rowsLeft = this.rows;
      const start = this.rows - operation.rowsLeft;
      const count = Math.min(operation.rowsLeft, Number(request.maxRows));
      operation.rowsLeft -= count;
      return fetched(
        start,
        Array.from({ length: count }, (_, index) => start + index),
      );
    },
    CancelOperation: async (request) => {
      const operation = this.#operationOf(request.operationHandle);
      if (operation !== null) operation.state = TOperationState.CANCELED;
      return { status: OK };
    },
    CloseOperation: async (request) => {
      this.operations.delete(idOf(request.operationHandle.operationId.guid));
      return { status: OK };
    },
    GetQueryId: async () => ({ queryId: 'query-1' }),
  };

  #newOperation(sessionId: string, statement: string, state: TOperationState): TOperationHandle {
    const handle = createHandle();
    this.operations.set(handle.id, { handle, sessionId, statement, state, rowsLeft: this.rows });
    return { operationId: handle, operationType: TOperationType.EXECUTE_STATEMENT, hasResultSet: true };
  }

  #operationOf(handle: TOperationHandle): EngineOperation | null {
    return this.operations.get(idOf(handle.operationId.guid)) ?? null;
  }
}

/** A reply writer that streams `totalBytes` of filler as one frame, as fast as the reader takes them. */
export function streamed(totalBytes: number, onSent: (bytes: number) => void = () => {}): ReplyWriter {
  const block = Buffer.alloc(65_536, 7);
  return (socket) => {
    let left = totalBytes;
    socket.write(frameHeader(totalBytes));
    const more = () => {
      while (left > 0 && !socket.destroyed) {
        const part = block.subarray(0, Math.min(left, block.length));
        left -= part.length;
        const isWritable = socket.write(part);
        onSent(totalBytes - left);
        if (!isWritable) return void socket.once('drain', more);
      }
    };
    more();
  };
}

function failure(errorMessage: string, sqlState = 'HY000') {
  return { statusCode: TStatusCode.ERROR, errorMessage, sqlState, errorCode: 0 } as const;
}

function fetched(start: number, rows: readonly number[]): EncodedReply {
  return new EncodedReply(
    encodeFetchReply({
      startRowOffset: BigInt(start),
      batch: { rowCount: rows.length, columns: [columnOf('i32', rows)] },
      rowBased: false,
      hasMoreRows: false,
    }),
  );
}
