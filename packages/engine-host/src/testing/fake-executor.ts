import { SenbonError } from '@senbon/core';
import { type ColumnBatch, type ColumnVector, columnOf } from '@senbon/hive-thrift';
import type {
  ColumnSchema,
  Executor,
  ExecutorResult,
  ExecutorSession,
  MetadataRequest,
  ResultCursor,
  SessionSpec,
  StatementContext,
  StatementProgress,
} from '../executor.ts';
import { metadataSchemas } from '../metadata-schemas.ts';
import { emptyBatch } from '../result/batches.ts';

const NUMBERS: readonly ColumnSchema[] = [{ name: 'n', type: { name: 'BIGINT' } }];
const TYPED: readonly ColumnSchema[] = [
  { name: 'flag', type: { name: 'BOOLEAN' } },
  { name: 'price', type: { name: 'DECIMAL', precision: 10, scale: 2 }, comment: 'in yen' },
  { name: 'code', type: { name: 'CHAR', maxLength: 3 } },
  { name: 'tags', type: { name: 'ARRAY' } },
  { name: 'nothing', type: { name: 'INT' } },
];

/**
 * Understands: `SELECT n` (rows 0 to n-1), `TYPED`, `UPDATE n`, `USE x`, `FAIL`, `FAIL AT n`, `HANG` (until aborted),
 * `STUBBORN` (until released, whatever is aborted), `WAIT` (until released), `WIDE n bytes`, `LOG text`, `OVERLAY`.
 */
export class FakeExecutor implements Executor {
  readonly info = { serverName: 'Fake', dbmsName: 'FakeDB', dbmsVersion: '1.2.3', keywords: ['FOO', 'BAR'] };
  readonly sessions = new Set<FakeSession>();
  readonly openCursors = new Set<ResultCursor>();
  /** What a `PROGRESS` statement tells. */
  progress: StatementProgress | null = null;
  readonly statements: string[] = [];
  readonly metadataRequests: MetadataRequest[] = [];
  isClosed = false;
  /** What the executor works on is gone. */
  end: (why: string) => void = () => undefined;
  readonly ended = new Promise<string>((resolve) => {
    this.end = resolve;
  });
  openError: Error | null = null;
  #releases: (() => void)[] = [];

  async openSession(spec: SessionSpec): Promise<ExecutorSession> {
    if (this.openError !== null) throw this.openError;
    const session = new FakeSession(this, spec);
    this.sessions.add(session);
    return session;
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  /** Ends every WAIT and STUBBORN. */
  release(): void {
    const releases = this.#releases;
    this.#releases = [];
    for (const release of releases) release();
  }

  waitForRelease(): Promise<void> {
    return new Promise((resolve) => this.#releases.push(resolve));
  }
}

export class FakeSession implements ExecutorSession {
  readonly spec: SessionSpec;
  readonly #executor: FakeExecutor;

  constructor(executor: FakeExecutor, spec: SessionSpec) {
    this.#executor = executor;
    this.spec = spec;
  }

  async execute(statement: string, context: StatementContext): Promise<ExecutorResult> {
    this.#executor.statements.push(statement);
    const [verb = '', first = '', ...rest] = statement.split(' ');
    switch (verb) {
      case 'SELECT':
        return { rows: { schema: NUMBERS, cursor: this.#numbers(Number(first)) } };
      case 'FAIL':
        if (first === 'AT')
          return { rows: { schema: NUMBERS, cursor: this.#numbers(Infinity, Number(rest[0])) } };
        throw new SenbonError(
          'STATEMENT_FAILED',
          { problem: 'no such table: t' },
          { sqlState: '42S02', vendorCode: 7 },
        );
      case 'TYPED':
        return { rows: { schema: TYPED, cursor: this.#once(typedBatch()) } };
      case 'WIDE':
        return {
          rows: {
            schema: [{ name: 's', type: { name: 'STRING' } }],
            cursor: this.#wide(Number(first), Number(rest[0])),
          },
        };
      case 'UPDATE':
        return { rows: null, modifiedRowCount: Number(first) };
      case 'HANG':
        return untilAborted(context.signal);
      case 'WAIT':
        await Promise.race([this.#executor.waitForRelease(), untilAborted(context.signal)]);
        return { rows: { schema: NUMBERS, cursor: this.#numbers(1) } };
      case 'PROGRESS':
        context.track?.(() => this.#executor.progress);
        await Promise.race([this.#executor.waitForRelease(), untilAborted(context.signal)]);
        return { rows: { schema: NUMBERS, cursor: this.#numbers(1) } };
      case 'STUBBORN':
        await this.#executor.waitForRelease();
        return { rows: { schema: NUMBERS, cursor: this.#numbers(1) } };
      case 'STREAM':
        return {
          rows: { schema: NUMBERS, cursor: this.#track({ next: () => untilAborted(context.signal) }) },
        };
      case 'LOG':
        context.log([first, ...rest].join(' '));
        return { rows: null };
      case 'OVERLAY':
        context.log(JSON.stringify(context.confOverlay));
        return { rows: null };
      default:
        return { rows: null };
    }
  }

  async metadata(request: MetadataRequest): Promise<ResultCursor> {
    this.#executor.metadataRequests.push(request);
    if (request.kind === 'functions' && request.functionPattern === 'fail')
      throw new Error('catalog is broken');
    return this.#once(emptyBatch(metadataSchemas[request.kind]));
  }

  async close(): Promise<void> {
    this.#executor.sessions.delete(this);
  }

  #numbers(count: number, failAt = Infinity): ResultCursor {
    let at = 0;
    return this.#track({
      next: async (maxRows) => {
        if (at >= failAt)
          throw new SenbonError('STATEMENT_FAILED', { problem: `broke at ${at}` }, { sqlState: '22012' });
        const rows = Math.min(maxRows, count - at, failAt - at);
        if (rows <= 0) return null;
        const values = BigInt64Array.from({ length: rows }, (_, i) => BigInt(at + i));
        at += rows;
        return { rowCount: rows, columns: [{ kind: 'i64', length: rows, values, nulls: null }] };
      },
    });
  }

  #wide(rows: number, bytes: number): ResultCursor {
    let left = rows;
    return this.#track({
      next: async (maxRows) => {
        const count = Math.min(maxRows, left);
        left -= count;
        return count === 0
          ? null
          : { rowCount: count, columns: [columnOf('string', Array(count).fill('x'.repeat(bytes)))] };
      },
    });
  }

  #once(batch: ColumnBatch): ResultCursor {
    let isRead = false;
    return this.#track({
      next: async () => {
        if (isRead) return null;
        isRead = true;
        return batch;
      },
    });
  }

  #track({ next }: Pick<ResultCursor, 'next'>): ResultCursor {
    const { openCursors } = this.#executor;
    const cursor: ResultCursor = {
      next,
      close: async () => {
        openCursors.delete(cursor);
      },
    };
    openCursors.add(cursor);
    return cursor;
  }
}

function typedBatch(): ColumnBatch {
  const columns: ColumnVector[] = [
    columnOf('bool', [true, null]),
    columnOf('string', ['12.50', null]),
    columnOf('string', ['abc', null]),
    columnOf('string', ['[1,2]', null]),
    columnOf('i32', [null, null]),
  ];
  return { rowCount: 2, columns };
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const onAbort = () => reject(new Error('aborted'));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
