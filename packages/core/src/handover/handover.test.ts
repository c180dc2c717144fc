import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeCall, TStatusCode } from '@senbon/hive-thrift';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayState } from '../gateway.ts';
import { openRequest, TestGateway } from '../testing/test-gateway.ts';

let dir: string;
let old: TestGateway;
let next: TestGateway;

const doors = (name: string) => ({
  backDoor: join(dir, `${name}-calls.sock`),
  ownDoor: join(dir, `${name}-next.sock`),
});

/** A gateway of the same space in this process; they have no socket in common, and know each other's back doors. */
async function successorOf(gateway: TestGateway, name: string): Promise<TestGateway> {
  const inheritance = { ...(await gateway.gateway.offer(doors(name))), sockets: [] };
  const { ensemble, clock } = gateway;
  const successor = await TestGateway.create({}, { ensemble, clock, inheritance });
  await successor.gateway.start();
  return successor;
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'senbon-handover-'));
  old = await TestGateway.start();
  next = await successorOf(old, 'old');
});
afterEach(async () => {
  await next.stop();
  await old.stop();
  await rm(dir, { recursive: true, force: true });
});

async function openOverHttp(gateway: TestGateway, user = 'alice') {
  const client = gateway.http(user);
  const { sessionHandle, status } = await client.call('OpenSession', openRequest());
  expect(status.statusCode).toBe(TStatusCode.SUCCESS);
  await gateway.readyEngine();
  return { client, sessionHandle: sessionHandle as NonNullable<typeof sessionHandle> };
}

describe('a session of the process before', () => {
  it('is served through the next one, over HTTP and binary', async () => {
    const { sessionHandle } = await openOverHttp(old);
    for (const client of [next.http(), await next.connect()]) {
      const info = await client.call('GetInfo', { sessionHandle, infoType: 17 });
      expect(info.infoValue).toEqual({ stringValue: 'fake' });
      const executed = await client.call('ExecuteStatement', {
        sessionHandle,
        statement: 'rows 3',
        runAsync: true,
      });
      expect(executed.status.statusCode).toBe(TStatusCode.SUCCESS);
      const { operationHandle } = executed;
      if (operationHandle === undefined) throw new Error('no operation');
      const { operationState } = await client.call('GetOperationStatus', { operationHandle });
      expect(operationState).toBeDefined();
      await client.call('CloseOperation', { operationHandle });
    }
    await next.http().call('CloseSession', { sessionHandle });
    expect(old.gateway.openSessions).toBe(0);
  });

  it('is still its user’s alone', async () => {
    const { sessionHandle } = await openOverHttp(old);
    const { status } = await next.http('mallory').call('GetInfo', { sessionHandle, infoType: 17 });
    expect(status).toMatchObject({ statusCode: TStatusCode.ERROR, sqlState: '42501' });
  });

  it('that is in neither is unknown, and so is everything once the process before has gone', async () => {
    const { sessionHandle } = await openOverHttp(old);
    const guid = Buffer.from(sessionHandle.sessionId.guid).reverse();
    const unknown = { sessionId: { guid, secret: sessionHandle.sessionId.secret } };
    const ask = async () =>
      (await next.http().call('GetInfo', { sessionHandle: unknown, infoType: 17 })).status.errorMessage;
    expect(await ask()).toContain('no such session is open here');
    await old.stop();
    expect(await ask()).toContain('no such session is open here');
    const late = await next.http().call('GetInfo', { sessionHandle, infoType: 17 });
    expect(late.status).toMatchObject({ statusCode: TStatusCode.ERROR, sqlState: '08003' });
  });
});

describe('in a row of three', () => {
  let last: TestGateway;
  beforeEach(async () => {
    last = await successorOf(next, 'next');
  });
  afterEach(async () => last.stop());

  it('each serves the sessions of the others', async () => {
    const row = [old, next, last];
    for (const owner of row) {
      // Engines are found by the space; the first launch is the old one's.
      const client = owner.http();
      const { sessionHandle } = await client.call('OpenSession', openRequest());
      if (sessionHandle === undefined) throw new Error('no session');
      for (const gateway of row) {
        const { status } = await gateway.http().call('GetInfo', { sessionHandle, infoType: 17 });
        expect(status.statusCode).toBe(TStatusCode.SUCCESS);
        const executed = await gateway
          .http()
          .call('ExecuteStatement', { sessionHandle, statement: 'rows 3', runAsync: true });
        const { operationHandle } = executed;
        if (operationHandle === undefined) throw new Error('no operation');
        for (const other of row) {
          const asked = await other.http().call('GetOperationStatus', { operationHandle });
          expect(asked.status.statusCode).toBe(TStatusCode.SUCCESS);
        }
      }
    }
  });

  it('a session that nobody has is unknown to each', async () => {
    for (const gateway of [old, next, last]) {
      const { status } = await gateway.http().call('GetInfo', { sessionHandle: handleOf(7), infoType: 17 });
      expect(status).toMatchObject({ statusCode: TStatusCode.ERROR, sqlState: '08003' });
    }
  });

  it('one in the middle that is turned down keeps its way to the one before', async () => {
    await next.gateway.withdraw();
    const { sessionHandle } = await next.http().call('OpenSession', openRequest());
    if (sessionHandle === undefined) throw new Error('no session');
    const { status } = await old.http().call('GetInfo', { sessionHandle, infoType: 17 });
    expect(status.statusCode).toBe(TStatusCode.SUCCESS);
  });
});

describe('a gateway that gives way', () => {
  it('leaves its port to others, serves who is connected to it, and ends with the last of them', async () => {
    const client = await old.connect();
    const bystander = await old.connect();
    void old.gateway.giveWay('another process has taken its place');
    expect(old.gateway.state).toBe(GatewayState.draining);
    // Connected in time, so it may still open a session, here or anew.
    for (const each of [client, bystander]) {
      const { status, sessionHandle } = await each.call('OpenSession', openRequest());
      expect(status.statusCode).toBe(TStatusCode.SUCCESS);
      await each.call('CloseSession', { sessionHandle: sessionHandle as NonNullable<typeof sessionHandle> });
    }
    await expect(old.connect()).rejects.toThrow(/ECONNREFUSED/);
    expect(old.ensemble.nodes('/kyuubi')).toHaveLength(1);
    expect(old.gateway.state).toBe(GatewayState.draining);
    client.destroy(new Error('over'));
    bystander.destroy(new Error('over'));
    await old.gateway.stopped;
  });

  it('does not wait for a connection without a session for long', async () => {
    await old.connect();
    void old.gateway.giveWay('another process has taken its place');
    await new Promise(setImmediate);
    while (old.gateway.state !== GatewayState.stopped) {
      old.clock.advance(1_000);
      await new Promise(setImmediate);
    }
  });

  it('has an HTTP client go to the other process for its next call', async () => {
    const { client, sessionHandle } = await openOverHttp(old);
    void old.gateway.giveWay('another process has taken its place');
    // On the connection that it kept.
    await client.call('GetInfo', { sessionHandle, infoType: 17 });
    await expect(client.call('GetInfo', { sessionHandle, infoType: 17 })).rejects.toThrow(/ECONNREFUSED/);
    await next.http().call('CloseSession', { sessionHandle });
  });

  it('keeps the next one from ending before it has', async () => {
    const { sessionHandle } = await openOverHttp(old);
    void old.gateway.giveWay('another process has taken its place');
    void next.gateway.drain('stopped too');
    const { status } = await next.http().call('GetInfo', { sessionHandle, infoType: 17 });
    expect(status.statusCode).toBe(TStatusCode.SUCCESS);
    await next.http().call('CloseSession', { sessionHandle });
    await old.stop();
    await next.gateway.stopped;
  });

  it('is counted by the next one, and ends by its deadline', async () => {
    const kept = await openOverHttp(old, 'ann');
    void old.gateway.giveWay('another process has taken its place');
    const other = await next.http('bob').call('OpenSession', openRequest());
    expect(other.status.statusCode).toBe(TStatusCode.SUCCESS);
    void next.gateway.drain('its node was deleted', { canUndo: true });
    const users = [
      { user: 'ann', sessions: 1 },
      { user: 'bob', sessions: 1 },
    ];
    const shown = () => next.gateway.drainStatus.drain?.users;
    while (shown()?.length !== 2) await new Promise(setImmediate);
    expect(shown()).toEqual(users);
    void next.gateway.drain('in a hurry', { deadlineMs: 2_000 });
    const deadline = () => old.gateway.drainStatus.drain?.deadline ?? Number.POSITIVE_INFINITY;
    while (deadline() > old.clock.now() + 2_000) await new Promise(setImmediate);
    while (next.gateway.state !== GatewayState.stopped) {
      old.clock.advance(500);
      await new Promise(setImmediate);
    }
    expect(old.gateway.state).toBe(GatewayState.stopped);
    expect(old.gateway.openSessions).toBe(0);
    expect(kept.sessionHandle).toBeDefined();
  });

  it('is not one that offers itself, or that was turned down', async () => {
    await old.gateway.withdraw();
    await expect(
      next.http().exchange(encodeCall('GetInfo', 0, { sessionHandle: handleOf(1), infoType: 17 })),
    ).resolves.toBeDefined();
    const { client, sessionHandle } = await openOverHttp(old);
    await client.call('CloseSession', { sessionHandle });
    expect(old.gateway.state).toBe(GatewayState.running);
    await old.gateway.drain('the end');
    await expect(old.gateway.offer(doors('other'))).rejects.toMatchObject({
      code: 'UPGRADE_REFUSED',
    });
  });
});

function handleOf(byte: number) {
  return { sessionId: { guid: Buffer.alloc(16, byte), secret: Buffer.alloc(16, byte) } };
}
