import { type Connection, connect, HiveError } from '@senbon/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, startGateway } from '../support/gateway.ts';

let gateway: Gateway;
let close: () => Promise<void>;

beforeAll(async () => {
  const started = await startGateway();
  ({ gateway } = started);
  close = () => started.home.close();
});
afterAll(async () => close?.());

const opened: Connection[] = [];
afterEach(async () => {
  for (const connection of opened.splice(0)) await connection.close();
});

async function open(url: string, user: string): Promise<Connection> {
  const connection = await connect(url, { user });
  opened.push(connection);
  return connection;
}

/** Seconds of work that only a cancel ends. */
const ENDLESS = 'SELECT count(*) FROM range(1000000000) a, range(1000000) b';

describe.each(['binary', 'http', 'zooKeeper'] as const)('@senbon/client over %s', (way) => {
  it('shows the launch, and reads rows by iteration', async () => {
    // A user of its own, and so a cold engine.
    const connection = await open(gateway.urls[way], `client-${way}`);
    const lines: string[] = [];
    for await (const line of connection.launch?.log() ?? []) lines.push(line);
    expect(lines.join('\n')).toMatch(/launching/i);
    const engine = await connection.launch?.wait();
    expect(engine?.id).not.toBe('');

    const result = await connection.query("SELECT range AS id, 'row ' || range AS name FROM range(25000)");
    expect(result.columns.map(({ name, type }) => `${name} ${type}`)).toEqual(['id bigint', 'name string']);
    let next = 0n;
    for await (const [id, name] of result) {
      if (id !== next || name !== `row ${next}`)
        throw new Error(`row ${next} is ${String(id)}, ${String(name)}`);
      next += 1n;
    }
    expect(next).toBe(25_000n);
  });

  it('does not connect to a session that cannot be', async () => {
    const url = (database: string, conf = '') =>
      gateway.urls[way].replace(/\/(?:default)?(?=;|$)/, `/${database}`) + conf;
    await expect(open(url('nodb'), 'ann')).rejects.toThrow(/nodb/);
    await expect(open(url('', '?kyuubi.engine.type=NOPE'), 'ann')).rejects.toThrow(/NOPE is not available/);
  });

  it('keeps a session over an error, a result half read and a cancel', async () => {
    const connection = await open(gateway.urls[way], 'ann');
    await connection.query('CREATE TEMP TABLE t AS SELECT 1 AS a, NULL AS b');
    const error = await connection.query('SELECT * FROM nope').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(HiveError);
    expect(error).toMatchObject({ sqlState: '42P01' });
    for await (const [n] of await connection.query('SELECT range FROM range(10000000)')) {
      if (n === 5_000n) break;
    }
    const operation = await connection.session.execute(ENDLESS);
    const ended = operation.wait().catch((e: unknown) => e);
    const startedAt = performance.now();
    await connection.cancel(operation);
    expect(await ended).toMatchObject({ sqlState: '57014' });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    const rows = (await connection.query('SELECT * FROM t')).objects<{ a: number; b: null }>();
    expect((await rows.next()).value).toEqual({ a: 1, b: null });
  });

  it('cancels on the server when a signal aborts', async () => {
    const connection = await open(gateway.urls[way], 'ann');
    const query = connection.query(ENDLESS, { signal: AbortSignal.timeout(300) });
    await expect(query).rejects.toThrow('timeout');
    expect(await (await connection.query('SELECT 1')).toArray()).toEqual([[1]]);
  });
});

describe('discovery', () => {
  it('goes on to the next gateway when one refuses', async () => {
    const dead = 'jdbc:hive2://127.0.0.1:1,';
    const url = gateway.urls.binary.replace('jdbc:hive2://', dead);
    const connection = await open(url, 'ann');
    expect(connection.server).toBe(`${gateway.binary.host}:${gateway.binary.port}`);
  });
});
