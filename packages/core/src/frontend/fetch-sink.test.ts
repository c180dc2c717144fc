import {
  ApplicationError,
  ApplicationErrorType,
  columnOf,
  encodeException,
  encodeFetchReply,
  encodeReply,
  TStatusCode,
} from '@senbon/hive-thrift';
import { expect, it } from 'vitest';
import { CollectingSink } from '../relay/reply-sink.ts';
import { FetchSink } from './fetch-sink.ts';

const rows = { rowCount: 1, columns: [columnOf('i32', [7])] };
const status = (statusCode: TStatusCode) => encodeReply('FetchResults', 7, { status: { statusCode } });

it.each([
  ['success without rows', status(TStatusCode.SUCCESS), true],
  [
    'rows',
    encodeFetchReply({ seqId: 7, startRowOffset: 0n, batch: rows, rowBased: false, hasMoreRows: true }),
    true,
  ],
  ['success with a remark', status(TStatusCode.SUCCESS_WITH_INFO), true],
  ['a failure', status(TStatusCode.ERROR), false],
  ['a handle that is not valid', status(TStatusCode.INVALID_HANDLE), false],
  [
    'an exception',
    encodeException('FetchResults', 7, new ApplicationError(ApplicationErrorType.INTERNAL_ERROR, 'no')),
    false,
  ],
  ['nothing', new Uint8Array(0), false],
])('tells %s, and passes it on', (_, reply, hasSucceeded) => {
  for (const size of [1, 10, 36, 37, 1_000]) {
    const collecting = new CollectingSink(1_000);
    const sink = new FetchSink(collecting);
    sink.begin(reply.length);
    for (let at = 0; at < reply.length; at += size) sink.write(reply.subarray(at, at + size));
    expect(sink.hasSucceeded).toBe(hasSucceeded);
    expect(Buffer.from(collecting.bytes).equals(reply)).toBe(true);
  }
});
