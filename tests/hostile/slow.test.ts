import { setTimeout as delay } from 'node:timers/promises';
import { encodeCall, frame, TProtocolVersion } from '@senbon/hive-thrift';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Address } from '../support/gateway.ts';
import { Dialog, httpRequest, saslWire } from './support/conversation.ts';
import { Peer } from './support/peer.ts';
import { CUT_WITHIN_MS, STALL_TIMEOUT_MS, Target } from './support/target.ts';

const GROWTH_MIB = 96;
/** Of each kind at once. */
const PEERS = 100;
const DRIP_MS = 100;

const openSession = frame(
  encodeCall('OpenSession', 1, { clientProtocol: TProtocolVersion.V10, username: 'anna' }),
);
const httpHead = httpRequest(new Uint8Array(0), { 'content-length': '5000' });
/** A connect request of ZooKeeper, announced and not sent. */
const zooKeeperGreeting = Buffer.concat([Buffer.from([0, 0, 0, 45]), Buffer.alloc(45)]);

let target: Target;

beforeAll(async () => {
  target = await Target.start({ 'kyuubi.zookeeper.embedded.max.client.connections': '400' });
});

afterAll(async () => {
  await target.close();
});

/** Sends a byte now and then until the server has had enough. */
async function drip(peer: Peer, bytes: Uint8Array): Promise<number> {
  const over = peer.untilOver(CUT_WITHIN_MS);
  for (let at = 0; !peer.isOver; at++) {
    // Never the last: what is dripped must not become whole.
    if (at < bytes.length - 1) peer.send(bytes.subarray(at, at + 1));
    await Promise.race([delay(DRIP_MS), over]);
  }
  return over;
}

async function crowd(count: number, one: () => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: count }, one));
}

async function loggedIn(): Promise<Peer> {
  const dialog = await Dialog.open(target.gateway.binary, saslWire());
  await dialog.greet();
  return dialog.peer;
}

type Port = 'binary' | 'http' | 'zooKeeper' | 'engine';

/** A crowd on each port at once, for each waits for the same time-outs; a failure names its port. */
async function onEachPort(
  said: Readonly<Record<Port, Uint8Array>>,
  one: (peer: Peer, bytes: Uint8Array) => Promise<unknown>,
): Promise<void> {
  const { gateway, zooKeeper, engine } = target;
  const at: Readonly<Record<Port, Address>> = {
    binary: gateway.binary,
    http: gateway.http,
    zooKeeper,
    engine,
  };
  const crowds = (Object.keys(at) as Port[]).map(async (port) =>
    crowd(PEERS, async () => one(await Peer.connect(at[port]), said[port])).catch((cause: unknown) => {
      throw new Error(`on the ${port} port: ${String(cause)}`, { cause });
    }),
  );
  await Promise.all(crowds);
}

describe('a peer that takes its time is cut off', () => {
  test('a greeting on any port, byte by byte', async () => {
    await onEachPort(
      {
        binary: saslWire('a'.repeat(200)).hello,
        http: httpHead,
        zooKeeper: zooKeeperGreeting,
        engine: saslWire('a'.repeat(200)).hello,
      },
      drip,
    );
    await target.expectUnharmed(GROWTH_MIB);
  });

  test('silence on any port', async () => {
    const nothing = Buffer.alloc(0);
    await onEachPort({ binary: nothing, http: nothing, zooKeeper: nothing, engine: nothing }, async (peer) =>
      peer.untilOver(CUT_WITHIN_MS),
    );
    await target.expectUnharmed(GROWTH_MIB);
  });

  test('a request after the login, byte by byte', async () => {
    const took: number[] = [];
    await crowd(PEERS, async () => {
      const peer = await loggedIn();
      peer.send(openSession);
      await peer.until(6);
      took.push(await drip(peer, openSession));
    });
    expect(Math.min(...took)).toBeGreaterThan(STALL_TIMEOUT_MS * 0.9);
    await target.expectUnharmed(GROWTH_MIB);
  });

  test('an HTTP body, byte by byte', async () => {
    const took: number[] = [];
    await crowd(PEERS, async () => {
      const peer = await Peer.connect(target.gateway.http);
      peer.send(httpHead);
      took.push(await drip(peer, Buffer.alloc(5_000, 'x')));
    });
    expect(Math.min(...took)).toBeGreaterThan(STALL_TIMEOUT_MS * 0.9);
    await target.expectUnharmed(GROWTH_MIB);
  });

  test('half of a huge request and then nothing', async () => {
    await crowd(20, async () => {
      const peer = await loggedIn();
      // 100 MB announced, 4 MB sent: what is held is what was sent.
      await peer.sendAll(Buffer.concat([Buffer.from([6, 0, 0, 0]), Buffer.alloc(4_194_304, 1)]));
      await peer.untilOver(CUT_WITHIN_MS);
    });
    await target.expectUnharmed(GROWTH_MIB);
  });
});

describe('a slow client that means well is served', () => {
  test('a large request over a slow line', async () => {
    const statement = `SELECT length('${'x'.repeat(400_000)}') AS n`;
    const session = await target.openSession();
    const message = encodeCall('ExecuteStatement', 1, {
      sessionHandle: session.handle,
      statement,
      runAsync: false,
    });
    const dialog = await Dialog.open(target.gateway.binary, saslWire());
    await dialog.greet();
    const bytes = frame(message);
    // Twice the stall time-out, and 100 kB a second.
    const pieces = (2 * STALL_TIMEOUT_MS) / DRIP_MS;
    const size = Math.ceil(bytes.length / pieces);
    for (let at = 0; at < bytes.length; at += size) {
      dialog.peer.send(bytes.subarray(at, at + size));
      await delay(DRIP_MS);
    }
    expect((await dialog.reply()).length).toBeGreaterThan(50);
    expect(dialog.peer.isOver).toBe(false);
    dialog.peer.destroy();
    await session.close();
    await target.expectUnharmed(GROWTH_MIB);
  });

  test('long pauses between requests', async () => {
    const peer = await loggedIn();
    await delay(STALL_TIMEOUT_MS * 1.5);
    peer.send(openSession);
    await peer.until(40);
    expect(peer.isOver).toBe(false);
    peer.destroy();
    await target.expectUnharmed(GROWTH_MIB);
  });
});

describe('half-open connections are ended', () => {
  test('hanging up behind a request', async () => {
    await crowd(PEERS, async () => {
      const peer = await loggedIn();
      peer.send(openSession);
      peer.leave('fin');
      await peer.closed;
    });
    await target.expectUnharmed(GROWTH_MIB);
  });

  test('a reset in the middle of a request', async () => {
    await crowd(PEERS, async () => {
      const peer = await loggedIn();
      peer.send(openSession.subarray(0, 30));
      peer.leave('reset');
      await peer.closed;
    });
    await target.expectUnharmed(GROWTH_MIB);
  });

  test('who is turned away by any port and does not hang up', async () => {
    await onEachPort(
      {
        binary: saslWire('').hello,
        http: Buffer.from('nonsense\r\n\r\n'),
        zooKeeper: Buffer.from('ruok'),
        engine: saslWire('').hello,
      },
      async (peer, bytes) => {
        peer.send(bytes);
        await peer.untilOver(CUT_WITHIN_MS);
      },
    );
    // None of them has closed its own side: the sockets must go all the same.
    await target.expectUnharmed(GROWTH_MIB);
  });
});
