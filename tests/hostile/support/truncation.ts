import type { Address } from '../../support/gateway.ts';
import type { Wire } from './conversation.ts';
import { type Ending, Peer } from './peer.ts';

/** How a conversation breaks off; `silence` waits until the server has had enough. */
export type Break = Ending | 'silence';

/** Connections under way at once. */
const LANES = 200;

export interface Cut {
  readonly address: Address;
  /** Sent whole, and answered, before what is cut. */
  readonly wire: Pick<Wire, 'hello' | 'welcomeBytes'>;
  readonly bytes: Uint8Array;
  readonly how: Break;
  /** By when the server must have ended the connection. */
  readonly withinMs: number;
}

/**
 * Sends what comes before, then only the first bytes: once for each length up to all but one. Resolves
 * with the lengths after which the server kept the connection, or answered what it cannot have understood.
 */
export async function cutEverywhere(cut: Cut): Promise<readonly string[]> {
  const failures: string[] = [];
  // Who has logged in and asks nothing may stay.
  let next = cut.how === 'silence' && cut.wire.hello.length > 0 ? 1 : 0;
  const lane = async (): Promise<void> => {
    for (let length = next++; length < cut.bytes.length; length = next++) {
      await cutAt(cut, length).catch((error: unknown) =>
        failures.push(`${cut.how} after ${length} of ${cut.bytes.length} bytes: ${String(error)}`),
      );
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return failures;
}

async function cutAt({ address, wire, bytes, how, withinMs }: Cut, length: number): Promise<void> {
  const peer = await Peer.connect(address);
  try {
    if (wire.hello.length > 0) {
      peer.send(wire.hello);
      await peer.until(wire.welcomeBytes);
    }
    await peer.sendAll(bytes.subarray(0, length));
    if (how === 'silence') await peer.untilOver(withinMs);
    else {
      peer.leave(how);
      await peer.untilClosed(withinMs);
    }
  } finally {
    peer.destroy();
  }
}
