import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { TOperationState } from '@senbon/hive-thrift';
import { soon } from '../support/eventually.ts';
import type { EngineHarness, EngineSuiteOptions } from './engine-harness.ts';
import { Launched, valuesOf } from './launched.ts';

const KEEP = { 'kyuubi.session.close.on.disconnect': 'false' } as const;
/** From a deleted node, or a kill, to the end of the process. */
const ENDS_WITHIN_MS = 20_000;
const HOUR_MS = 3_600_000;

type Check = (harness: EngineHarness) => Promise<void>;

/** The conformance kit of the engine port: defines the tests that every engine plugin must pass. */
export function engineSuite(options: EngineSuiteOptions): void {
  const { runner } = options;
  let harness: EngineHarness | undefined;
  runner.describe(`engine: ${options.name}`, () => {
    runner.beforeAll(async () => {
      harness = await options.start();
    });
    runner.afterAll(async () => {
      await harness?.stop();
    });
    for (const [name, check] of Object.entries(checks)) {
      runner.it(name, async () => {
        assert.ok(harness, 'the harness did not start');
        await check(harness);
      });
    }
  });
}

const checks: Readonly<Record<string, Check>> = {
  'registers itself with its launch, and says who it is': withEngine(async ({ launched }) => {
    const node = await launched.node();
    assert.equal(node.attributes['refId'], launched.refId);
    assert.ok((node.attributes['kyuubi.engine.id'] ?? '').length > 0, 'kyuubi.engine.id is missing');
    assert.ok(launched.engine.id.length > 0);
  }),
  'lets its launcher read what it prints': withEngine(async ({ launched }) => {
    await launched.node();
    for await (const line of launched.engine.log({ signal: AbortSignal.timeout(ENDS_WITHIN_MS) })) {
      assert.equal(typeof line, 'string');
      return;
    }
    assert.fail('it printed nothing');
  }),
  'runs statements and tells errors by SQLSTATE': withEngine(async ({ launched, harness }) => {
    const { client, session } = await launched.session();
    assert.deepEqual((await valuesOf(session, harness.selectOne)).map(Number), [1]);
    const { statement, sqlState } = harness.failing;
    await assert.rejects(valuesOf(session, statement), { sqlState });
    assert.deepEqual((await valuesOf(session, harness.selectOne)).map(Number), [1]);
    await client.close();
  }),
  'adopts the handles that a gateway chose': withEngine(async ({ launched, harness }) => {
    const [sessionId, operationId] = [randomUUID(), randomUUID()];
    const { client, session } = await launched.session({ 'kyuubi.session.handle': sessionId });
    assert.equal(hexOf(session.handle.sessionId.guid), sessionId.replaceAll('-', ''));
    const operation = await session.execute(harness.selectOne, {
      confOverlay: { 'kyuubi.operation.handle': operationId },
    });
    assert.equal(hexOf(operation.handle.operationId.guid), operationId.replaceAll('-', ''));
    await client.close();
  }),
  'cancels a running statement': withEngine(async ({ launched, harness }) => {
    const { client, session } = await launched.session();
    const operation = await session.execute(harness.slow);
    await operation.cancel();
    assert.equal((await operation.status()).operationState, TOperationState.CANCELED);
    assert.deepEqual((await valuesOf(session, harness.selectOne)).map(Number), [1]);
    await client.close();
  }),
  'turns away who has no token of its gateways, if it declares that': withEngine(
    async ({ launched, harness }) => {
      if (!harness.plugin.supports.gatewayToken) {
        await (await launched.client('anonymous')).close();
        return;
      }
      const wrong = [
        'anonymous',
        await launched.token({ user: 'somebody else' }),
        await launched.token({ nowMs: Date.now() - HOUR_MS }),
        await launched.token({ refId: 'another engine' }),
      ];
      for (const password of wrong) await assert.rejects(launched.client(password), /token/);
      await (await launched.client()).close();
    },
  ),
  'serves a session from any connection, if it declares that': withEngine(async ({ launched, harness }) => {
    const { client, session } = await launched.session(KEEP);
    const other = await launched.client();
    const request = { sessionHandle: session.handle, statement: harness.selectOne, runAsync: false };
    const execute = () => other.transport.call('ExecuteStatement', request);
    if (harness.plugin.supports.sharedConnections) {
      assert.equal((await execute()).status.statusCode, 0);
      client.transport.destroy(new Error('the gateway is gone'));
      assert.equal(
        (await execute()).status.statusCode,
        0,
        'the session must outlive the connection that opened it',
      );
    } else {
      assert.notEqual(
        (await execute()).status.statusCode,
        0,
        'an ability that is not declared must fail cleanly',
      );
    }
    await other.close();
  }),
  'drains when its node is deleted': withEngine(async ({ launched, harness }) => {
    const { client, session } = await launched.session();
    const second = await launched.client();
    await harness.discovery.registry.remove((await launched.node()).path);
    await assert.rejects(refusedOf(second), { sqlState: '08004' });
    assert.deepEqual((await valuesOf(session, harness.selectOne)).map(Number), [1]);
    await session.close();
    assert.deepEqual(await soon('its end', launched.engine.exited, ENDS_WITHIN_MS), {
      code: 0,
      signal: null,
    });
    await Promise.all([client.close(), second.close()]);
  }),
  'can be killed, more than once': withEngine(async ({ launched }) => {
    await launched.node();
    await launched.engine.kill();
    await soon('its end', launched.engine.exited, ENDS_WITHIN_MS);
    await launched.engine.kill();
  }),
  'says why it could not start, and ends': async (harness) => {
    const broken = new Map([['kyuubi.ha.client.class', '@senbon/no-such-plugin']]);
    const launched = await Launched.launch(harness, broken);
    const lines: string[] = [];
    for await (const line of launched.engine.log({ signal: AbortSignal.timeout(ENDS_WITHIN_MS) }))
      lines.push(line);
    assert.notEqual((await soon('its end', launched.engine.exited, ENDS_WITHIN_MS)).code, 0);
    assert.match(lines.join('\n'), /no-such-plugin/);
  },
};

interface Scene {
  readonly launched: Launched;
  readonly harness: EngineHarness;
}

/** Launches an engine for one check and ends it, however the check ends. */
function withEngine(check: (scene: Scene) => Promise<void>): Check {
  return async (harness) => {
    const launched = await Launched.launch(harness);
    try {
      await check({ launched, harness });
    } finally {
      await launched.end();
    }
  };
}

/** Opens sessions until one is refused: a deleted node is heard of a moment later. */
async function refusedOf(client: Awaited<ReturnType<Launched['client']>>): Promise<never> {
  const deadline = Date.now() + ENDS_WITHIN_MS;
  while (Date.now() < deadline) await (await client.openSession()).close();
  throw new Error('a draining engine went on taking sessions');
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
