import {
  columnValues,
  decodeFetchReply,
  decodeRowSet,
  encodeCall,
  readEnvelope,
  TFetchOrientation,
  type ThriftConnection,
  type TOperationHandle,
  type TSessionHandle,
  TStatusCode,
} from '@senbon/hive-thrift';
import { expect } from 'vitest';
import { openRequest, TestGateway } from './test-gateway.ts';

/** The present gateway, a client of alice's on it, and her session. Live bindings: `start` sets them. */
export let gateway: TestGateway;
export let client: ThriftConnection;
export let session: TSessionHandle;

export async function start(conf: Record<string, string> = {}): Promise<void> {
  gateway = await TestGateway.start(conf);
  client = await gateway.connect();
  session = await open();
  await gateway.readyEngine();
}

export async function stop(): Promise<void> {
  await gateway.stop();
}

/** A further session takes the place of `session`. */
export async function reopen(): Promise<void> {
  session = await open();
}

/** For the tests that need another configuration than `beforeEach` gave. */
export async function restart(conf: Record<string, string>): Promise<void> {
  await gateway.stop();
  await start(conf);
}

export async function open(by = client, configuration: Record<string, string> = {}): Promise<TSessionHandle> {
  const { sessionHandle, status } = await by.call('OpenSession', openRequest(configuration));
  expect(status.statusCode).toBe(TStatusCode.SUCCESS);
  return sessionHandle as TSessionHandle;
}

export async function execute(statement: string, more: { runAsync?: boolean; queryTimeout?: bigint } = {}) {
  return client.call('ExecuteStatement', { sessionHandle: session, statement, runAsync: true, ...more });
}

export async function operation(statement: string): Promise<TOperationHandle> {
  const { status, operationHandle } = await execute(statement);
  expect(status.statusCode).toBe(TStatusCode.SUCCESS);
  return operationHandle as TOperationHandle;
}

export function fetch(
  operationHandle: TOperationHandle,
  more: { maxRows?: bigint; orientation?: TFetchOrientation; fetchType?: number } = {},
) {
  const request = { operationHandle, orientation: TFetchOrientation.FETCH_NEXT, maxRows: 100n, ...more };
  return client.exchange(encodeCall('FetchResults', 0, request));
}

export async function rowsOf(reply: Promise<Uint8Array>) {
  const bytes = await reply;
  const { status, rowSet } = decodeFetchReply(bytes, readEnvelope(bytes));
  const decoded = rowSet === null ? null : decodeRowSet(rowSet);
  const rows = (decoded?.batch.columns ?? []).map((column) => columnValues(column));
  return { status, offset: decoded?.startRowOffset, rows };
}

/** SASL PLAIN as alice, both frames. */
export const saslLogin = Buffer.from(
  '\u0001\u0000\u0000\u0000\u0005PLAIN\u0005\u0000\u0000\u0000\u0008\u0000alice\u0000x',
  'latin1',
);
