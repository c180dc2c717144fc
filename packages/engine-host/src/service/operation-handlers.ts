import { SenbonError } from '@senbon/core';
import {
  columnOf,
  EncodedReply,
  encodeFetchReply,
  FetchType,
  type Handlers,
  isColumnar,
  TFetchOrientation,
  type TFetchResultsReq,
  type TGetOperationStatusResp,
  type THandleIdentifier,
} from '@senbon/hive-thrift';
import { engineHostArea } from '../config.ts';
import type { Operation } from '../operation/operation.ts';
import type { Orientation } from '../result/result-reader.ts';
import { parseHandle } from '../session/session-conf.ts';
import { ofSession } from '../session/session-keys.ts';
import { handleOf, stateOf } from './operation-handle.ts';
import { progressOf } from './operation-progress.ts';
import type { Caller, EngineService } from './service.ts';
import { errorStatus, SUCCESS } from './status.ts';
import { tableSchemaOf } from './table-schema.ts';

/**
 * An asynchronous statement is answered as soon as it runs, but a quick one is waited for this long: its handle then
 * says the truth about rows, and the first status poll finds it done.
 */
const ASYNC_GRACE_MS = 50;
/** A client cannot ask for more rows at once; the reply's bytes are bounded besides. */
const MAX_ROWS = 10_000_000n;

/** The calls that start a statement and those about any operation. */
export const operationHandlers: Handlers<Caller> = {
  ExecuteStatement: async (request, { service }) => {
    try {
      const session = service.sessions.find(request.sessionHandle.sessionId);
      const confOverlay = new Map(request.confOverlay);
      const chosen = confOverlay.get('kyuubi.operation.handle');
      confOverlay.delete('kyuubi.operation.handle');
      const isAsync = request.runAsync ?? false;
      const operation = session.execute({
        statement: request.statement,
        chosenHandle: parseHandle('ExecuteStatement', 'kyuubi.operation.handle', chosen),
        confOverlay,
        isAsync,
        timeoutMs: Number(request.queryTimeout ?? 0n) * 1000,
      });
      await operation.waitForEnd(isAsync ? ASYNC_GRACE_MS : Infinity);
      if (!isAsync && operation.state !== 'FINISHED') {
        await session.closeOperation(operation);
        throw operation.error ?? new SenbonError('OPERATION_CANCELED');
      }
      return { status: SUCCESS, operationHandle: handleOf(operation) };
    } catch (error) {
      return { status: errorStatus(error) };
    }
  },

  GetOperationStatus: async ({ operationHandle, getProgressUpdate }, { service }) => {
    try {
      const operation = service.sessions.findOperation(operationHandle.operationId);
      if (operation.options.isAsync) await operation.waitForChange(pollTimeoutOf(operation, service));
      const isWanted = getProgressUpdate === true && isProgressEnabled(operation, service);
      return { ...statusOf(operation), ...(isWanted ? progressOf(operation) : {}) };
    } catch (error) {
      return { status: errorStatus(error) };
    }
  },

  CancelOperation: async ({ operationHandle }, { service }) => {
    try {
      service.sessions.findOperation(operationHandle.operationId).cancel();
      return { status: SUCCESS };
    } catch (error) {
      return { status: errorStatus(error) };
    }
  },

  CloseOperation: async ({ operationHandle }, { service }) => {
    try {
      const operation = service.sessions.findOperation(operationHandle.operationId);
      await operation.options.owner.closeOperation(operation, 'closed by the client');
      return { status: SUCCESS };
    } catch (error) {
      return { status: errorStatus(error) };
    }
  },

  GetResultSetMetadata: async ({ operationHandle }, { service }) => {
    try {
      const operation = await settled(operationHandle.operationId, service);
      return { status: SUCCESS, schema: tableSchemaOf(operation.schema) };
    } catch (error) {
      return { status: errorStatus(error) };
    }
  },

  FetchResults: async (request, { service }) => {
    try {
      return request.fetchType === FetchType.LOG
        ? fetchLog(request, service)
        : await fetchRows(request, service);
    } catch (error) {
      return { status: errorStatus(error) };
    }
  },

  /** Its response has no room for a status: an unknown handle becomes a TApplicationException. */
  GetQueryId: async ({ operationHandle }, { service }) => ({
    queryId: service.sessions.findOperation(operationHandle.operationId).id,
  }),
};

function statusOf(operation: Operation): TGetOperationStatusResp {
  const { error, state, modifiedRowCount } = operation;
  const isFailed = error !== null && state !== 'CLOSED';
  return {
    status: SUCCESS,
    operationState: stateOf(operation),
    operationStarted: BigInt(operation.startedMs),
    operationCompleted: BigInt(operation.completedMs),
    hasResultSet: operation.hasRowsAsAnnounced,
    ...(isFailed
      ? { sqlState: error.sqlState, errorCode: error.vendorCode, errorMessage: error.message }
      : {}),
    ...(modifiedRowCount === undefined ? {} : { numModifiedRows: BigInt(modifiedRowCount) }),
  };
}

function isProgressEnabled(operation: Operation, { config }: EngineService): boolean {
  const { sessionConf } = operation.options;
  return ofSession(engineHostArea.progressEnabled, config.progressEnabled, sessionConf);
}

async function fetchRows(request: TFetchResultsReq, service: EngineService): Promise<EncodedReply> {
  const orientation = orientationOf(request.orientation);
  const maxRows = rowCountOf(request.maxRows);
  const operation = await settled(request.operationHandle.operationId, service);
  const { startRow, batch, hasMoreRows } = await operation.fetch(orientation, maxRows);
  const rowBased = !isColumnar(operation.options.owner.protocol);
  return new EncodedReply(
    encodeFetchReply({ startRowOffset: BigInt(startRow), batch, rowBased, hasMoreRows }),
  );
}

/** Offsets of log lines are always 0, as in Kyuubi: the ring has no fixed start. */
function fetchLog(request: TFetchResultsReq, service: EngineService): EncodedReply {
  const { orientation } = request;
  if (orientation !== TFetchOrientation.FETCH_NEXT && orientation !== TFetchOrientation.FETCH_FIRST) {
    throw unsupportedOrientation(orientation, 'an operation log is read by FETCH_NEXT and FETCH_FIRST');
  }
  const operation = service.sessions.findOperation(request.operationHandle.operationId);
  const isFromStart = orientation === TFetchOrientation.FETCH_FIRST;
  const lines = operation.log.read(rowCountOf(request.maxRows), isFromStart);
  const rowBased = !isColumnar(operation.options.owner.protocol);
  const batch = { rowCount: lines.length, columns: [columnOf('string', lines)] };
  return new EncodedReply(encodeFetchReply({ startRowOffset: 0n, batch, rowBased, hasMoreRows: false }));
}

/** Waits a moment for one that still runs, so that an eager client need not poll. */
async function settled(identifier: THandleIdentifier, service: EngineService): Promise<Operation> {
  const operation = service.sessions.findOperation(identifier);
  await operation.waitForEnd(pollTimeoutOf(operation, service));
  return operation;
}

function pollTimeoutOf(operation: Operation, { config }: EngineService): number {
  return ofSession(engineHostArea.statusPollMs, config.statusPollMs, operation.options.sessionConf);
}

function orientationOf(orientation: TFetchOrientation): Orientation {
  switch (orientation) {
    case TFetchOrientation.FETCH_NEXT:
      return 'FETCH_NEXT';
    case TFetchOrientation.FETCH_PRIOR:
      return 'FETCH_PRIOR';
    case TFetchOrientation.FETCH_FIRST:
      return 'FETCH_FIRST';
    default:
      throw unsupportedOrientation(orientation, 'use FETCH_NEXT, FETCH_PRIOR or FETCH_FIRST');
  }
}

function unsupportedOrientation(orientation: number, problem: string): SenbonError {
  const known = Object.entries(TFetchOrientation).find(([, value]) => value === orientation);
  return new SenbonError('FETCH_ORIENTATION', { orientation: known?.[0] ?? orientation, problem });
}

function rowCountOf(maxRows: bigint): number {
  if (maxRows >= 0n) return Number(maxRows > MAX_ROWS ? MAX_ROWS : maxRows);
  throw new SenbonError('REQUEST_INVALID', { method: 'FetchResults', problem: `maxRows is ${maxRows}` });
}
