import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Address } from '../support/gateway.ts';
import { bareWire, Dialog, httpWire, saslWire, type Wire } from './support/conversation.ts';
import { evilMessages, strangers } from './support/evil-messages.ts';
import { type Ending, Peer } from './support/peer.ts';
import { Random } from './support/random.ts';
import { CUT_WITHIN_MS, Target } from './support/target.ts';

const GROWTH_MIB = 96;
const NOISE_ROUNDS = 60;
const MAX_NOISE_BYTES = 70_000;

/** What becomes of a connection: the server answers and goes on, or ends it; `hangs` is what must not be. */
type Outcome = 'answered' | 'ended' | 'hangs';

async function outcomeOf(peer: Peer, answer: Promise<unknown>): Promise<Outcome> {
  const answered = answer.then(
    () => 'answered' as const,
    () => 'ended' as const,
  );
  const over = peer.untilOver(CUT_WITHIN_MS).then(
    () => 'ended' as const,
    () => 'hangs' as const,
  );
  return Promise.race([answered, over]);
}

/** Sends, and waits until the server answers or hangs up; one that waits for more must have given up in time. */
async function throwAt(address: Address, bytes: Buffer, ending: Ending | 'none'): Promise<Outcome> {
  const peer = await Peer.connect(address);
  peer.send(bytes);
  if (ending !== 'none') peer.leave(ending);
  const outcome = await outcomeOf(peer, peer.until(1));
  peer.destroy();
  return outcome;
}

/** Each evil message on a connection of its own that has got as far as a running statement. */
async function sendEvil(address: Address, wire: Wire): Promise<string[]> {
  const outcomes = evilMessages.map(async (evil) => {
    const dialog = await Dialog.open(address, wire);
    const { peer } = dialog;
    await dialog.greet();
    await dialog.make(3);
    peer.send(wire.wrap(evil.encode(dialog.handles)));
    const outcome = await outcomeOf(peer, dialog.reply());
    peer.destroy();
    await peer.closed;
    return `${evil.name}: ${outcome}`;
  });
  return Promise.all(outcomes);
}

/** Sessions opened over HTTP, and operations that nobody asks about, are bound to no connection: they go when idle. */
const SHORT_SESSIONS = { 'kyuubi.session.idle.timeout': 'PT3S', 'kyuubi.session.check.interval': 'PT1S' };

describe.each([
  { authentication: 'NONE', wire: saslWire(), endings: ['none', 'fin', 'reset'] as const },
  // On the other ports nothing is different, and waiting for every time-out once is enough.
  { authentication: 'NOSASL', wire: bareWire, endings: ['fin'] as const },
])('authentication $authentication', ({ authentication, wire, endings }) => {
  let target: Target;
  let ports: readonly (readonly [string, Address])[];

  beforeAll(async () => {
    target = await Target.start({ 'kyuubi.authentication': authentication, ...SHORT_SESSIONS });
    const { gateway, zooKeeper, engine } = target;
    ports = [
      ['binary', gateway.binary],
      ['http', gateway.http],
      ['zookeeper', zooKeeper],
      ['engine', engine],
    ];
  });

  afterAll(async () => {
    await target.close();
  });

  test.each(endings)('strangers on every port, ending: %s', async (ending) => {
    const outcomes = ports.flatMap(([port, address]) =>
      strangers.map(
        async ([name, bytes]) => `${name} on the ${port} port: ${await throwAt(address, bytes, ending)}`,
      ),
    );
    expect((await Promise.all(outcomes)).filter(hangs)).toEqual([]);
    await target.expectUnharmed(GROWTH_MIB);
  });

  test('noise on every port', async () => {
    const random = new Random(20_261_123);
    for (const [port, address] of ports) {
      const noises = Array.from({ length: NOISE_ROUNDS }, () => random.bytes(random.int(MAX_NOISE_BYTES)));
      const outcomes = noises.map(
        async (noise, at) => `${port} ${at}: ${await throwAt(address, noise, 'fin')}`,
      );
      expect((await Promise.all(outcomes)).filter(hangs)).toEqual([]);
    }
    await target.expectUnharmed(GROWTH_MIB);
  });

  test('evil messages on the binary port', async () => {
    const outcomes = await sendEvil(target.gateway.binary, wire);
    expect(outcomes.filter(hangs)).toEqual([]);
    await target.expectUnharmed(GROWTH_MIB);
  });

  test('evil messages over HTTP', async () => {
    const outcomes = await sendEvil(target.gateway.http, httpWire);
    expect(outcomes.filter(hangs)).toEqual([]);
    await target.expectUnharmed(GROWTH_MIB);
  });
});

function hangs(outcome: string): boolean {
  return outcome.endsWith('hangs');
}
