import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import type { Address } from '../support/gateway.ts';
import { bareWire, calls, Dialog, httpWire, saslWire, type Wire } from './support/conversation.ts';
import { mutate } from './support/mutate.ts';
import { Peer } from './support/peer.ts';
import { Random } from './support/random.ts';
import { CUT_WITHIN_MS, Target } from './support/target.ts';
import { ZOOKEEPER_WELCOME_BYTES, zooKeeperCalls, zooKeeperHello } from './support/zookeeper-calls.ts';

/** By hand, for an hour: SENBON_FUZZ_ROUNDS=100000 SENBON_FUZZ_SEED=$RANDOM npm run test:peers -- tests/hostile/fuzz */
const ROUNDS = Number(process.env['SENBON_FUZZ_ROUNDS'] ?? 300);
const SEED = Number(process.env['SENBON_FUZZ_SEED'] ?? 20_261_125);
const LANES = 24;
const GROWTH_MIB = 160;
const TIMEOUT_MS = 60_000 + ROUNDS * 200;

/** Rounds in parallel lanes; each has its own seed, so that it can be seen again alone. */
async function fuzz(one: (random: Random) => Promise<void>): Promise<void> {
  onTestFailed(() => console.error(`To see this again: SENBON_FUZZ_SEED=${SEED}`));
  let next = 0;
  const lane = async () => {
    for (let round = next++; round < ROUNDS; round = next++) {
      await one(new Random(SEED + round)).catch((error: unknown) => {
        throw new Error(`round ${round}: ${String(error)}`, { cause: error });
      });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** A conversation that goes well for a while; then what is sent is no longer right, and the client hangs up. */
async function converse(address: Address, wire: Wire, random: Random): Promise<void> {
  const dialog = await Dialog.open(address, wire);
  const { peer } = dialog;
  try {
    if (random.chance(0.1)) peer.send(mutate(wire.hello, random));
    else {
      await dialog.greet();
      await dialog.make(random.int(4));
    }
    for (let more = random.int(3); more >= 0; more--) {
      const message = random.pick(calls).encode(dialog.handles);
      // Within the frame, so that what reads messages is met, or with the frame.
      peer.send(random.chance(0.7) ? wire.wrap(mutate(message, random)) : mutate(wire.wrap(message), random));
    }
    peer.leave(random.pick(['fin', 'reset']));
    await peer.untilClosed(CUT_WITHIN_MS);
  } finally {
    peer.destroy();
  }
}

async function converseWithZooKeeper(address: Address, random: Random): Promise<void> {
  const peer = await Peer.connect(address);
  try {
    if (random.chance(0.2)) peer.send(mutate(zooKeeperHello, random));
    else {
      peer.send(zooKeeperHello);
      await peer.until(ZOOKEEPER_WELCOME_BYTES);
    }
    for (let more = random.int(4); more >= 0; more--) {
      const [, bytes] = random.pick(zooKeeperCalls);
      const body = mutate(bytes.subarray(4), random);
      const length = Buffer.alloc(4);
      length.writeInt32BE(body.length);
      peer.send(Buffer.concat([length, body]));
    }
    peer.leave(random.pick(['fin', 'reset']));
    await peer.untilClosed(CUT_WITHIN_MS);
  } finally {
    peer.destroy();
  }
}

describe.each([
  { authentication: 'NONE', wire: saslWire() },
  { authentication: 'NOSASL', wire: bareWire },
])('mutated conversations, authentication $authentication', ({ authentication, wire }) => {
  let target: Target;

  beforeAll(async () => {
    target = await Target.start({
      'kyuubi.authentication': authentication,
      'kyuubi.session.idle.timeout': 'PT3S',
      'kyuubi.session.check.interval': 'PT1S',
      'kyuubi.zookeeper.embedded.max.client.connections': '0',
      'kyuubi.zookeeper.embedded.min.session.timeout': '500',
      'kyuubi.zookeeper.embedded.tick.time': '100',
    });
  });

  afterAll(async () => {
    await target.close();
  });

  test('on the binary port', { timeout: TIMEOUT_MS }, async () => {
    await fuzz((random) => converse(target.gateway.binary, wire, random));
    await target.expectUnharmed(GROWTH_MIB);
  });

  if (authentication === 'NOSASL') return;

  test('over HTTP', { timeout: TIMEOUT_MS }, async () => {
    await fuzz((random) => converse(target.gateway.http, httpWire, random));
    await target.expectUnharmed(GROWTH_MIB);
  });

  test('with the embedded ZooKeeper', { timeout: TIMEOUT_MS }, async () => {
    await fuzz((random) => converseWithZooKeeper(target.zooKeeper, random));
    expect(target.gateway.log()).not.toMatch(/Uncaught|Unhandled/i);
    await target.expectUnharmed(GROWTH_MIB);
  });
});
