import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bareWire, calls, Handles, httpRequest, saslWire, type Wire } from './support/conversation.ts';
import { CUT_WITHIN_MS, Target } from './support/target.ts';
import { type Break, cutEverywhere } from './support/truncation.ts';
import { ZOOKEEPER_WELCOME_BYTES, zooKeeperCalls, zooKeeperHello } from './support/zookeeper-calls.ts';

const GROWTH_MIB = 160;
const BREAKS = ['fin', 'reset', 'silence'] as const;
const nothing = { hello: new Uint8Array(0), welcomeBytes: 0 };

/** A session and a statement that lives, so that each call refers to something. */
async function liveHandles(target: Target): Promise<{ handles: Handles; close: () => Promise<void> }> {
  const session = await target.openSession();
  const operation = await session.execute('SELECT 42 AS answer');
  const handles = new Handles();
  handles.session = session.handle.sessionId;
  handles.operation = operation.handle.operationId;
  return { handles, close: () => session.close() };
}

/** Every call of a query, each cut after every byte, on a connection that is logged in. */
async function cutCalls(target: Target, wire: Wire, how: Break): Promise<readonly string[]> {
  const { handles, close } = await liveHandles(target);
  const failures: string[] = [];
  for (const call of calls) {
    const bytes = wire.wrap(call.encode(handles));
    const cut = { address: target.gateway.binary, wire, bytes, how, withinMs: CUT_WITHIN_MS };
    failures.push(...(await cutEverywhere(cut)).map((failure) => `${call.method}: ${failure}`));
  }
  await close();
  return failures;
}

describe.each([
  { authentication: 'NONE', wire: saslWire() },
  { authentication: 'NOSASL', wire: bareWire },
])('every byte of a conversation, authentication $authentication', ({ authentication, wire }) => {
  let target: Target;

  beforeAll(async () => {
    target = await Target.start({
      'kyuubi.authentication': authentication,
      'kyuubi.frontend.stall.timeout': 'PT0.5S',
      'kyuubi.zookeeper.embedded.max.client.connections': '0',
      'kyuubi.zookeeper.embedded.min.session.timeout': '500',
      'kyuubi.zookeeper.embedded.tick.time': '100',
    });
  });

  afterAll(async () => {
    await target.close();
  });

  test.each(BREAKS)('the calls, then %s', async (how) => {
    expect(await cutCalls(target, wire, how)).toEqual([]);
    await target.expectUnharmed(GROWTH_MIB);
  });

  if (authentication === 'NOSASL') return;

  test.each(BREAKS)('the handshakes, then %s', async (how) => {
    const bytes = saslWire('anna', 'a password').hello;
    for (const address of [target.gateway.binary, target.engine]) {
      const cut = { address, wire: nothing, bytes, how, withinMs: CUT_WITHIN_MS };
      expect(await cutEverywhere(cut)).toEqual([]);
    }
    await target.expectUnharmed(GROWTH_MIB);
  });

  test.each(BREAKS)('HTTP, then %s', async (how) => {
    const { handles, close } = await liveHandles(target);
    const statement = calls[2]?.encode(handles) ?? new Uint8Array(0);
    const cut = { address: target.gateway.http, wire: nothing, how, withinMs: CUT_WITHIN_MS };
    expect(await cutEverywhere({ ...cut, bytes: httpRequest(statement) })).toEqual([]);
    await close();
    await target.expectUnharmed(GROWTH_MIB);
  });

  test.each(BREAKS)('ZooKeeper, then %s', async (how) => {
    const cut = { address: target.zooKeeper, how, withinMs: CUT_WITHIN_MS };
    const wire = { hello: zooKeeperHello, welcomeBytes: ZOOKEEPER_WELCOME_BYTES };
    expect(await cutEverywhere({ ...cut, wire: nothing, bytes: zooKeeperHello })).toEqual([]);
    for (const [name, bytes] of zooKeeperCalls) {
      expect(await cutEverywhere({ ...cut, wire, bytes }), name).toEqual([]);
    }
    await target.expectUnharmed(GROWTH_MIB);
  });
});
