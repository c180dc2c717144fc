import type { Transaction } from '../tree/transaction.ts';
import { ErrorCode, RequestError } from '../wire/error-code.ts';
import { JuteError } from '../wire/jute-reader.ts';
import type { JuteReader } from '../wire/jute-reader.ts';
import type { JuteWriter } from '../wire/jute-writer.ts';
import { OpCode } from '../wire/op-code.ts';
import { ErrorResponse, MultiHeader } from '../wire/records.ts';
import { MULTI_CHANGES } from './changes.ts';
import type { Change } from './changes.ts';
import { MULTI_READS, READS } from './reads.ts';
import type { BodyWriter, RequestContext } from './request-context.ts';

/** One operation's outcome. `type` tells the client which record follows. */
interface MultiResult {
  readonly type: number;
  readonly err: number;
  readonly writeBody: BodyWriter;
}

/** Stops a transaction at one of its operations. */
class MultiFailure extends Error {
  override readonly name = 'MultiFailure';
  readonly index: number;
  readonly code: ErrorCode;

  constructor(index: number, code: ErrorCode) {
    super(`operation ${index} failed`);
    this.index = index;
    this.code = code;
  }
}

/**
 * All changes or none. A failed multi is not a failed request: its reply's header says ok, and each
 * operation has a result of its own.
 */
export function multi({ database, client }: RequestContext, reader: JuteReader): BodyWriter {
  const changes = readList(reader, readChange);
  const apply = (txn: Transaction): MultiResult[] =>
    changes.map((change, index) => {
      try {
        return { ...change(database.tree, txn), err: ErrorCode.ok };
      } catch (error) {
        if (error instanceof RequestError) throw new MultiFailure(index, error.code);
        throw error;
      }
    });
  try {
    return writeResults(database.transact(client, apply));
  } catch (error) {
    if (error instanceof MultiFailure) return writeResults(failedResults(changes.length, error));
    throw error;
  }
}

/** Independent reads in one request; each succeeds or fails for itself. */
export function multiRead(context: RequestContext, reader: JuteReader): BodyWriter {
  const results = readList(reader, (type): MultiResult => {
    const read = MULTI_READS.has(type) ? READS.get(type) : undefined;
    if (read === undefined) throw new JuteError(`operation type ${type} inside a multiRead`);
    try {
      return { type, err: ErrorCode.ok, writeBody: read(context, reader) };
    } catch (error) {
      if (error instanceof RequestError) return errorResult(error.code);
      throw error;
    }
  });
  return writeResults(results);
}

/** Before each operation a header with its type, after the last one a header that says done. */
function readList<T>(reader: JuteReader, readOne: (type: number, reader: JuteReader) => T): T[] {
  const list: T[] = [];
  for (;;) {
    const header = MultiHeader.read(reader);
    if (header.done) return list;
    list.push(readOne(header.type, reader));
  }
}

function readChange(type: number, reader: JuteReader): Change {
  const read = MULTI_CHANGES.get(type);
  if (read === undefined) throw new JuteError(`operation type ${type} inside a multi`);
  return read(reader, type);
}

/**
 * The operations before the failed one are said to be fine though nothing was kept; those after it were not
 * tried. Clients find the culprit by that pattern.
 */
function failedResults(count: number, failure: MultiFailure): MultiResult[] {
  return Array.from({ length: count }, (_, index) => {
    if (index < failure.index) return errorResult(ErrorCode.ok);
    return errorResult(index === failure.index ? failure.code : ErrorCode.runtimeInconsistency);
  });
}

function errorResult(err: ErrorCode): MultiResult {
  return { type: OpCode.error, err, writeBody: (writer) => ErrorResponse.write(writer, { err }) };
}

function writeResults(results: readonly MultiResult[]): BodyWriter {
  return (writer: JuteWriter) => {
    for (const { type, err, writeBody } of results) {
      MultiHeader.write(writer, { type, done: false, err });
      writeBody?.(writer);
    }
    MultiHeader.write(writer, { type: -1, done: true, err: -1 });
  };
}
