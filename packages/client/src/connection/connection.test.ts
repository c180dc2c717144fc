import { columnOf, HiveError, TOperationState, TTypeId } from '@senbon/hive-thrift';
import { afterEach, describe, expect, it } from 'vitest';
import { connect } from '../connect.ts';
import { FakeHiveServer, type FakeServerOptions } from '../testing/fake-hive-server.ts';
import type { FakeStatement } from '../testing/fake-hive-service.ts';
import type { Connection } from './connection.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function open(
  options: FakeServerOptions | FakeStatement,
  vars = '',
): Promise<{ server: FakeHiveServer; connection: Connection }> {
  const isServer = 'statement' in options || 'transport' in options || 'launch' in options;
  const server = await FakeHiveServer.start(
    isServer ? options : { statement: () => options as FakeStatement },
  );
  const mode = isServer && options.transport === 'http' ? ';transportMode=http' : '';
  const connection = await connect(`jdbc:hive2://127.0.0.1:${server.port}/${mode}${vars}`, {
    awaitEngine: false,
  });
  closers.push(
    () => server.close(),
    () => connection.close(),
  );
  return { server, connection };
}

const people: FakeStatement = {
  columns: [
    { name: 'id', type: TTypeId.BIGINT },
    { name: 'name', type: TTypeId.STRING },
  ],
  rows: [
    [1n, 'ann'],
    [2n, null],
    [3n, '千本'],
  ],
};
const endless: FakeStatement = {
  columns: [{ name: 'n', type: TTypeId.INT }],
  batch: (offset, maxRows) => {
    const numbers = Array.from({ length: maxRows }, (_, i) => offset + i);
    return { rowCount: maxRows, columns: [columnOf('i32', numbers)] };
  },
};

describe('query', () => {
  it('is read once, and says so', async () => {
    const { connection } = await open(people);
    const spent = { name: 'ClientError', code: 'RESULT_READ', sqlState: '24000' };
    const whole = await connection.query('all');
    expect(await whole.toArray()).toHaveLength(3);
    await expect(whole.toArray()).rejects.toMatchObject(spent);
    const left = await connection.query('all');
    for await (const _row of left) break;
    await expect(left.toObjects()).rejects.toMatchObject(spent);
    const given = await connection.query('all');
    await given.close();
    await expect(given.toArray()).rejects.toMatchObject(spent);
    const both = await connection.query('all');
    const first = both.toArray();
    await expect(both.toArray()).rejects.toMatchObject(spent);
    expect(await first).toHaveLength(3);
  });

  it('gives no object that would lose a value', async () => {
    const column = { name: 'a', type: TTypeId.INT };
    const { connection, server } = await open({ columns: [column, column], rows: [[1, 2]] });
    const result = await connection.query('twice');
    await expect(result.toObjects()).rejects.toMatchObject({
      code: 'COLUMN_NAMES',
      details: { name: 'a' },
    });
    expect(server.service.openOperations.size).toBe(0);
    expect(await (await connection.query('twice')).toArray()).toEqual([[1, 2]]);
  });

  it('gives rows as arrays, objects and batches', async () => {
    const { connection, server } = await open(people, ';fetchSize=2');
    const result = await connection.query('SELECT * FROM people');
    expect(result.columns.map(({ name, type }) => `${name} ${type}`)).toEqual(['id bigint', 'name string']);
    expect(await result.toArray()).toEqual(people.rows);
    const objects: { id: bigint; name: string | null }[] = [];
    for await (const row of (await connection.query('again')).objects<{ id: bigint; name: string }>()) {
      objects.push(row);
    }
    expect(objects[2]).toEqual({ id: 3n, name: '千本' });
    expect(await (await connection.query('again')).toObjects()).toEqual(objects);
    const counts: number[] = [];
    for await (const batch of (await connection.query('again')).batches()) counts.push(batch.rowCount);
    expect(counts).toEqual([2, 1]);
    expect(server.service.openOperations.size).toBe(0);
  });

  it('gives the result back when the loop is left', async () => {
    const { connection, server } = await open(endless);
    let seen = 0;
    for await (const [n] of await connection.query('SELECT * FROM numbers')) {
      seen = Number(n);
      if (seen === 2_500) break;
    }
    expect(seen).toBe(2_500);
    expect(server.service.openOperations.size).toBe(0);
    const fetches = server.service.calls.filter((call) => call === 'FetchResults').length;
    expect(fetches).toBe(4);
  });

  it('has no columns and no rows for a statement without a result', async () => {
    const { connection, server } = await open({});
    const result = await connection.query('USE x');
    expect(result.columns).toEqual([]);
    expect(await result.toArray()).toEqual([]);
    expect(server.service.calls).not.toContain('FetchResults');
  });

  it.each([true, false])(
    'throws the server’s error (at once: %s) and closes the operation',
    async (failsAtOnce) => {
      const error = { message: 'no such table', sqlState: '42P01', errorCode: 7 };
      const { connection, server } = await open({ error, failsAtOnce });
      const thrown = await connection.query('SELECT').catch((e: unknown) => e);
      expect(thrown).toBeInstanceOf(HiveError);
      expect(thrown).toMatchObject(error);
      await connection.session.getTables();
      expect(server.service.openOperations.size).toBe(1);
    },
  );

  it('puts parameters into the statement, and sends none that does not fit', async () => {
    const { connection, server } = await open(people);
    await connection.query('SELECT * FROM people WHERE name = ?', { parameters: ['ann'] });
    await connection.query("SELECT '?'");
    await expect(connection.query('SELECT ?', { parameters: [] })).rejects.toMatchObject({
      code: 'PARAMETER_COUNT',
    });
    expect(server.service.executed).toEqual(["SELECT * FROM people WHERE name = 'ann'", "SELECT '?'"]);
  });

  it('tells its progress', async () => {
    const { connection } = await open({ ...people, progress: [0, 0.5, 7] });
    const seen: (number | null)[] = [];
    await connection.query('SELECT', { onProgress: ({ fraction }) => seen.push(fraction) });
    expect(seen).toEqual([0, 0.5, 1, null]);
  });

  it('gives the result back at the end of `await using`', async () => {
    const { connection, server } = await open(people);
    const result = await connection.query('SELECT * FROM people');
    await result[Symbol.asyncDispose]();
    expect(server.service.openOperations.size).toBe(0);
  });

  it('cancels on the server when its signal aborts', async () => {
    const { connection, server } = await open({ hangs: true });
    const signal = AbortSignal.timeout(100);
    await expect(connection.query('SELECT sleep()', { signal })).rejects.toThrow('timeout');
    await connection.session.getTables();
    expect(server.service.calls).toContain('CancelOperation');
  });
});

describe('follow and cancel', () => {
  it('tells the progress', async () => {
    const { connection } = await open({ ...people, progress: [0, 0.5, 7] });
    const operation = await connection.session.execute('SELECT');
    const seen: [number, number | null][] = [];
    for await (const { state, fraction } of connection.follow(operation)) seen.push([state, fraction]);
    const { RUNNING, FINISHED } = TOperationState;
    expect(seen).toEqual([
      [RUNNING, 0],
      [RUNNING, 0.5],
      [RUNNING, 1],
      [FINISHED, null],
    ]);
  });

  it.each(['binary', 'http'] as const)(
    'cancels beside a status call that is held back (%s)',
    async (transport) => {
      const { connection, server } = await open({
        transport,
        statement: () => ({ hangs: true }),
        statusDelayMs: 1_500,
      });
      const operation = await connection.session.execute('SELECT sleep()');
      const wait = operation.wait().catch((e: unknown) => e);
      const startedAt = performance.now();
      await connection.cancel(operation);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
      expect(await wait).toMatchObject({ sqlState: '57014' });
      expect(server.service.openSessions.size).toBe(1);
    },
  );
});

describe('launch', () => {
  const lines = ['starting', 'still starting', 'there'];

  it('gives the log while the engine starts, and what it is', async () => {
    const { connection } = await open({ launch: { lines } });
    const seen: string[] = [];
    for await (const line of connection.launch?.log() ?? []) seen.push(line);
    expect(seen).toEqual(lines);
    const engine = { id: 'engine-1', name: 'fake engine', url: '', refId: 'ref-1' };
    expect(await connection.launch?.wait()).toEqual(engine);
    expect(await connection.launch?.wait()).toEqual(engine);
  });

  it('is waited for by connect, with its log for who wants it', async () => {
    const good = await FakeHiveServer.start({ launch: { lines } });
    const bad = await FakeHiveServer.start({ launch: { lines, error: 'no memory' } });
    closers.push(
      () => good.close(),
      () => bad.close(),
    );
    const seen: string[] = [];
    const onLaunchLog = (line: string): void => void seen.push(line);
    const connection = await connect(`jdbc:hive2://127.0.0.1:${good.port}/`, { onLaunchLog });
    closers.push(() => connection.close());
    expect(seen).toEqual(lines);
    const failed = connect(`jdbc:hive2://127.0.0.1:${bad.port}/`, { onLaunchLog });
    await expect(failed).rejects.toMatchObject({ message: 'no memory', sqlState: '08001' });
    const unheard = connect(`jdbc:hive2://127.0.0.1:${bad.port}/`);
    await expect(unheard).rejects.toMatchObject({ message: 'no memory', sqlState: '08001' });
    expect(bad.service.openSessions.size).toBe(0);
  });

  it('ends the log of a failed launch, and throws its error from wait', async () => {
    const { connection } = await open({ launch: { lines, error: 'no memory' } });
    const seen: string[] = [];
    for await (const line of connection.launch?.log() ?? []) seen.push(line);
    expect(seen).toEqual(lines);
    await expect(connection.launch?.wait()).rejects.toMatchObject({
      message: 'no memory',
      sqlState: '08001',
    });
  });
});

describe('metadata', () => {
  it('reads rows as objects, and gives the operation back', async () => {
    const { connection, server } = await open({ transport: 'binary', tables: ['a', 'b'] });
    const [first, second] = await connection.metadata.tables({ schema: 'default', types: ['TABLE'] });
    expect(first).toEqual({ catalog: '', schema: 'default', name: 'a', type: 'TABLE', comment: '' });
    expect(second?.name).toBe('b');
    await connection.query('SELECT 1');
    expect(server.service.calls).toContain('CloseOperation');
  });

  it('cancels when its signal aborts', async () => {
    const { connection } = await open({ transport: 'binary', tables: [] });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(connection.metadata.tables({}, { signal })).rejects.toThrow('enough');
  });
});

describe('close', () => {
  it('closes the session, once, also at the end of `await using`', async () => {
    const { server, connection } = await open(people);
    await connection[Symbol.asyncDispose]();
    await connection.close();
    expect(server.service.calls.filter((call) => call === 'CloseSession')).toHaveLength(1);
  });
});
