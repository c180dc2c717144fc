import { Metadata, status } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { errorInfo, rpcStatus } from '../proto/connect-messages.ts';
import { rpcError } from '../testing/scripted-server.ts';
import { sparkErrorInfo, statementError } from './spark-error.ts';

const TYPE = 'type.googleapis.com/google.rpc.ErrorInfo';

function sparkError(text: string, facts: Readonly<Record<string, string>> = {}): Error {
  const metadata = new Metadata();
  const value = errorInfo.encode({
    reason: 'x',
    domain: 'org.apache.spark',
    metadata: new Map(Object.entries(facts)),
  });
  metadata.set('grpc-status-details-bin', rpcStatus.encode({ details: [{ typeUrl: TYPE, value }] }));
  return rpcError(status.INTERNAL, text, metadata);
}

it.each([
  ['[TABLE_OR_VIEW_NOT_FOUND] The table', {}, '42P01'],
  ['[UNRESOLVED_COLUMN.WITH_SUGGESTION] A column', {}, '42703'],
  ['\n[PARSE_SYNTAX_ERROR] Syntax', {}, '42601'],
  ['(org.apache.spark.SparkArithmeticException) [DIVIDE_BY_ZERO] Division', {}, '22012'],
  ['Job aborted: Lost task: org.apache.spark.SparkArithmeticException: [DIVIDE_BY_ZERO] D', {}, '22012'],
  ['whatever', { classes: '["org.apache.spark.sql.catalyst.parser.ParseException"]' }, '42601'],
  ['whatever', { classes: '["org.apache.spark.sql.AnalysisException"]' }, '42000'],
  ['whatever', { sqlState: '42K03', errorClass: 'X' }, '42K03'],
  ['whatever', { errorClass: 'DIVIDE_BY_ZERO' }, '22012'],
  ['[NO_SUCH_CLASS_AT_ALL] x', {}, 'HY000'],
  ['whatever', { classes: 'not JSON' }, 'HY000'],
])('%s %j is SQLSTATE %s', (text, facts, sqlState) => {
  expect(statementError(sparkError(text, facts))).toMatchObject({
    code: 'STATEMENT_FAILED',
    sqlState,
    message: text.trim(),
  });
});

it('prefers the whole text to what a status has room for', () => {
  expect(statementError(sparkError('[X] cut'), '[X] cut no more').message).toBe('[X] cut no more');
});

it('tells a cancelled statement and a lost server from a failed one', () => {
  expect(statementError(rpcError(status.CANCELLED, 'Cancelled on client'))).toMatchObject({
    code: 'OPERATION_CANCELED',
  });
  expect(statementError(sparkError('[OPERATION_CANCELED] Operation has been canceled.'))).toMatchObject({
    code: 'OPERATION_CANCELED',
  });
  expect(statementError(rpcError(status.UNAVAILABLE, 'ECONNREFUSED'))).toMatchObject({ sqlState: '08S01' });
});

it('reads what Spark attaches to an error', () => {
  const info = sparkErrorInfo(
    sparkError('x', { errorId: 'e', classes: '["A","B"]', errorClass: 'C', sqlState: 'S' }),
  );
  expect(info).toEqual({ errorId: 'e', classes: ['A', 'B'], errorClass: 'C', sqlState: 'S' });
  expect(sparkErrorInfo(rpcError(status.INTERNAL, 'x')).classes).toEqual([]);
  expect(sparkErrorInfo(new Error('x')).errorId).toBeNull();
});
