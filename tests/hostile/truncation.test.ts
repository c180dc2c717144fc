import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bareWire, breakOff, httpWire, saslWire, type Wire } from './support/conversation.ts';
import { Target } from './support/target.ts';

const GROWTH_MIB = 96;
/** Conversations under way at once. */
const LANES = 24;
/** Longer than any of the conversations here. */
const MAX_BYTES = 8_000;

/** A session opened over HTTP is bound to no connection: it goes when nobody has used it for a while. */
const SHORT_SESSIONS = { 'kyuubi.session.idle.timeout': 'PT3S', 'kyuubi.session.check.interval': 'PT1S' };

/** Breaks a conversation off after each number of bytes that it has, by hanging up or a reset. Returns its length. */
async function breakEverywhere(target: Target, wire: Wire): Promise<number> {
  const address = wire.name === 'HTTP' ? target.gateway.http : target.gateway.binary;
  const length = await breakOff(address, wire, MAX_BYTES, 'fin');
  let next = 0;
  const lane = async () => {
    for (let cut = next++; cut < length; cut = next++) {
      expect(await breakOff(address, wire, cut, cut % 2 === 0 ? 'fin' : 'reset')).toBe(cut);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return length;
}

describe.each([
  { authentication: 'NONE', wires: [saslWire(), httpWire] },
  { authentication: 'NOSASL', wires: [bareWire] },
])(
  'a conversation cut after each of its bytes, authentication $authentication',
  ({ authentication, wires }) => {
    let target: Target;

    beforeAll(async () => {
      target = await Target.start({ 'kyuubi.authentication': authentication, ...SHORT_SESSIONS });
    });

    afterAll(async () => {
      await target.close();
    });

    test.each(wires)('$name', async (wire) => {
      expect(await breakEverywhere(target, wire)).toBeGreaterThan(500);
      await target.expectUnharmed(GROWTH_MIB);
    });
  },
);
