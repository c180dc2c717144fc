import { status } from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { rpcError, type Script, ScriptedServer, type Stream } from '../testing/scripted-server.ts';
import type { ConnectSession, ServerFate } from './connect-session.ts';
import { Execution } from './execution.ts';

const rows = (id: number) => ({ responseId: `r${id}`, arrowBatch: { rowCount: id, data: Buffer.of(id) } });
const complete = { responseId: 'end', resultComplete: {} };

async function start(script: Script, fate?: Partial<ServerFate>) {
  const server = new ScriptedServer({ releaseExecute: () => ({}), interrupt: () => ({}), ...script });
  await server.start();
  onTestFinished(() => server.close());
  return { server, session: server.session(fate) };
}

function execute(session: ConnectSession, signal = new AbortController().signal) {
  return new Execution({
    session,
    plan: { root: { sql: { query: 'SELECT 1' } } },
    operationId: 'operation',
    signal,
    onEnd: () => undefined,
  });
}

async function readAll(execution: Execution): Promise<(number | undefined)[]> {
  const counts: (number | undefined)[] = [];
  for (;;) {
    const response = await execution.next();
    if (response === null) return counts;
    counts.push(response.arrowBatch?.rowCount);
  }
}

/** As grpc-js ends a stream with a status. */
function fail(stream: Stream, error: Error): void {
  stream.emit('error', error);
}

function send(stream: Stream, ...responses: readonly object[]): void {
  for (const response of responses) stream.write(response);
  stream.end();
}

describe('an execution', () => {
  it('is released when all of it was read', async () => {
    const { server, session } = await start({
      executePlan: (_, stream) => send(stream, rows(1), rows(2), complete),
    });
    expect(await readAll(execute(session))).toEqual([1, 2]);
    await expect.poll(() => server.methods()).toEqual(['executePlan', 'releaseExecute']);
    expect(server.seen[1]?.request).toMatchObject({ operationId: 'operation', releaseAll: {} });
  });

  it('goes on behind the last response when the server ends its stream', async () => {
    const { server, session } = await start({
      executePlan: (_, stream) => send(stream, rows(1)),
      reattachExecute: ({ lastResponseId }, stream) =>
        lastResponseId === 'r1' ? send(stream, rows(2)) : send(stream, rows(3), complete),
    });
    expect(await readAll(execute(session))).toEqual([1, 2, 3]);
    expect(server.seen.slice(0, 3).map(({ request }) => request['lastResponseId'])).toEqual([
      undefined,
      'r1',
      'r2',
    ]);
  });

  it('goes on behind the last response when the connection breaks', async () => {
    const { session } = await start({
      executePlan: (_, stream) => {
        stream.write(rows(1), () => fail(stream, rpcError(status.UNAVAILABLE, 'gone')));
      },
      reattachExecute: (_, stream) => send(stream, rows(2), complete),
    });
    expect(await readAll(execute(session))).toEqual([1, 2]);
  });

  it('begins again when the server has never heard of it', async () => {
    let attempts = 0;
    const { server, session } = await start({
      executePlan: (_, stream) => {
        if (attempts++ === 0) fail(stream, rpcError(status.UNAVAILABLE, 'not yet'));
        else send(stream, rows(1), complete);
      },
      reattachExecute: (_, stream) => {
        fail(stream, rpcError(status.INTERNAL, '[INVALID_HANDLE.OPERATION_NOT_FOUND] no such operation'));
      },
    });
    expect(await readAll(execute(session))).toEqual([1]);
    expect(server.methods().slice(0, 3)).toEqual(['executePlan', 'reattachExecute', 'executePlan']);
  });

  it('fails as the statement does, at once', async () => {
    const { server, session } = await start({
      executePlan: (_, stream) => {
        fail(stream, rpcError(status.INTERNAL, '[DIVIDE_BY_ZERO] no'));
      },
    });
    await expect(readAll(execute(session))).rejects.toMatchObject({ details: '[DIVIDE_BY_ZERO] no' });
    await expect.poll(() => server.methods()).toEqual(['executePlan', 'releaseExecute']);
  });

  it('gives up when its server is known to be gone', async () => {
    const { session } = await start(
      {
        executePlan: (_, stream) => {
          fail(stream, rpcError(status.UNAVAILABLE, 'gone'));
        },
      },
      { ending: 'Spark has ended with exit code 137' },
    );
    await expect(readAll(execute(session))).rejects.toMatchObject({
      sqlState: '08S01',
      message: 'Spark has ended with exit code 137',
    });
  });

  it('ends with its stream where the server lets nobody attach again', async () => {
    const { server, session } = await start(
      { executePlan: (_, stream) => send(stream, rows(1), rows(2)) },
      { isReattachable: false },
    );
    expect(await readAll(execute(session))).toEqual([1, 2]);
    expect(server.seen[0]?.request['requestOptions']).toEqual([{ reattachOptions: { reattachable: false } }]);
    const broken = await start(
      { executePlan: (_, stream) => fail(stream, rpcError(status.UNAVAILABLE, 'gone')) },
      { isReattachable: false },
    );
    await expect(readAll(execute(broken.session))).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });

  it('is interrupted, then released, when it is cancelled', async () => {
    const abort = new AbortController();
    const { server, session } = await start({
      executePlan: (_, stream) => {
        stream.write(rows(1));
      },
    });
    const execution = execute(session, abort.signal);
    expect(await execution.next()).toMatchObject({ responseId: 'r1' });
    const pending = execution.next();
    abort.abort();
    await expect(pending).rejects.toMatchObject({ code: status.CANCELLED });
    expect(await execution.next()).toBeNull();
    await expect.poll(() => server.methods()).toEqual(['executePlan', 'interrupt', 'releaseExecute']);
    expect(server.seen[1]?.request).toMatchObject({ interruptType: 3, operationId: 'operation' });
  });

  it('does not read ahead without bound', async () => {
    const MEBIBYTE = 1024 * 1024;
    const MESSAGES = 200;
    let written = 0;
    const { session } = await start({
      executePlan: async (_, stream) => {
        const data = Buffer.alloc(MEBIBYTE);
        for (let i = 0; i < MESSAGES && !stream.cancelled; i++) {
          const isFree = stream.write({ responseId: `r${i}`, arrowBatch: { rowCount: 1, data } });
          written++;
          if (!isFree) await new Promise((resolve) => stream.once('drain', resolve));
        }
      },
    });
    const execution = execute(session);
    await execution.next();
    let before = -1;
    while (before !== written) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(written).toBeLessThan(MESSAGES / 2);
    execution.close();
  });
});
