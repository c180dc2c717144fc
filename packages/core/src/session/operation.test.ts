import { decodeReply, readEnvelope, TOperationState, TStatusCode } from '@senbon/hive-thrift';
import { beforeEach, expect, it } from 'vitest';
import { sessionOf } from '../testing/sessions.ts';
import { createHandle } from './handle.ts';
import { Operation } from './operation.ts';

const OK = { statusCode: TStatusCode.SUCCESS } as const;
const finished = { status: OK, operationState: TOperationState.FINISHED } as const;

let operation: Operation;
beforeEach(() => {
  operation = new Operation(sessionOf(), createHandle(), 0);
});

function replied(seqId: number) {
  const reply = operation.finalReply(seqId) ?? expect.fail('not final');
  const envelope = readEnvelope(reply);
  return { seqId: envelope.seqId, ...decodeReply('GetOperationStatus', reply, envelope) };
}

it.each([
  { status: OK, operationState: TOperationState.RUNNING },
  { status: OK, operationState: TOperationState.PENDING },
  { status: OK },
  { status: { statusCode: TStatusCode.ERROR }, operationState: TOperationState.FINISHED },
])('knows nothing final after %j', (said) => {
  operation.remember(said);
  expect(operation.finalStatus).toBeNull();
  expect(operation.finalReply(1)).toBeNull();
});

it('answers every later question itself, under the number of each call', () => {
  operation.remember({ ...finished, operationCompleted: 5n });
  operation.remember({ ...finished, operationState: TOperationState.CLOSED });
  for (const seqId of [7, 0, -1]) {
    expect(replied(seqId)).toMatchObject({
      seqId,
      operationState: TOperationState.FINISHED,
      operationCompleted: 5n,
    });
  }
});

it('gives each answer memory of its own', () => {
  operation.remember(finished);
  const first = operation.finalReply(1);
  const before = Buffer.from(first ?? []);
  operation.finalReply(2);
  expect(before.equals(first ?? Buffer.alloc(0))).toBe(true);
});

it.each([
  { inHandle: true, inStatus: undefined, expected: true },
  { inHandle: false, inStatus: undefined, expected: false },
  { inHandle: null, inStatus: undefined, expected: undefined },
  { inHandle: false, inStatus: true, expected: true },
  { inHandle: true, inStatus: false, expected: false },
])('tells of a result set what the engine did: %j', ({ inHandle, inStatus, expected }) => {
  operation.hasResultSet = inHandle;
  operation.remember({ ...finished, ...(inStatus === undefined ? {} : { hasResultSet: inStatus }) });
  expect(replied(1).hasResultSet).toBe(expected);
});

it('asks again after a cancel or a failed fetch, unless it has ended for good', () => {
  operation.remember(finished);
  operation.finalReply(1);
  operation.forget();
  expect(operation.finalReply(1)).toBeNull();
  operation.remember({ ...finished, operationState: TOperationState.CANCELED });
  operation.forget();
  expect(replied(2).operationState).toBe(TOperationState.CANCELED);
});
