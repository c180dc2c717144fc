import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dialects } from '../support/dialects.ts';
import { engineNodes } from '../support/engine-nodes.ts';
import { type Gateway, type GatewayHome, startGateway } from '../support/gateway.ts';
import { openSession, query } from '../support/hive.ts';
import { isAlive } from '../support/tagged-processes.ts';

/** "At once", on a loaded machine. */
const FAILS_WITHIN_MS = 2_000;
const NODE_GONE_WITHIN_MS = 10_000;

let gateway: Gateway;
let home: GatewayHome;

beforeEach(async () => {
  ({ gateway, home } = await startGateway());
});

afterEach(async () => {
  await home.close();
});

function onlyEngine(): number {
  const engines = home.engines();
  expect(engines).toHaveLength(1);
  return engines[0]?.pid ?? Number.NaN;
}

async function nodes(): Promise<string[]> {
  if (gateway.zooKeeper === undefined) throw new Error('no embedded ZooKeeper');
  return engineNodes(gateway.zooKeeper);
}

async function failureOf(work: Promise<unknown>): Promise<{ error: unknown; tookMs: number }> {
  const started = performance.now();
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, tookMs: performance.now() - started };
}

describe('kill -9 of an engine', () => {
  test('the running call fails at once, with an SQLSTATE and a reason', async () => {
    const client = await openSession(gateway.binary, 'anna');
    const operation = await client.session.execute(dialects.duckdb.slow);
    const waiting = operation.wait();
    await delay(300);
    process.kill(onlyEngine(), 'SIGKILL');
    const { error, tookMs } = await failureOf(waiting);
    expect(error).toMatchObject({
      sqlState: expect.stringMatching(/^08/),
      message: expect.stringMatching(/engine/i),
    });
    expect(tookMs).toBeLessThan(FAILS_WITHIN_MS);
    await client.close();
  });

  test('an idle session of that engine is told so too', async () => {
    const client = await openSession(gateway.binary, 'anna');
    await query(client.session, 'SELECT 1');
    process.kill(onlyEngine(), 'SIGKILL');
    const { error, tookMs } = await failureOf(query(client.session, 'SELECT 1'));
    expect(error).toMatchObject({ sqlState: expect.stringMatching(/^08/) });
    expect(tookMs).toBeLessThan(FAILS_WITHIN_MS);
    await client.close();
  });

  test('the next session gets a fresh engine, and nothing is left of the old one', async () => {
    const first = await openSession(gateway.binary, 'anna');
    await query(first.session, 'SELECT 1');
    const killed = onlyEngine();
    const [killedNode] = await nodes();
    process.kill(killed, 'SIGKILL');
    const next = await openSession(gateway.binary, 'anna');
    expect(await query(next.session, 'SELECT 42')).toEqual([[42]]);
    expect(onlyEngine()).not.toBe(killed);
    expect(isAlive(killed)).toBe(false);
    await expect.poll(nodes, { timeout: NODE_GONE_WITHIN_MS }).toHaveLength(1);
    expect(await nodes()).not.toContain(killedNode);
    await next.close();
    await first.close();
  });
});
