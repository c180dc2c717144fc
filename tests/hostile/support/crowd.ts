import type { Address } from '../../support/gateway.ts';
import { Peer } from './peer.ts';

/** Below the backlog of any listener here. */
const AT_ONCE = 500;

/** Many connections that say nothing. A refused one counts as over, like one that is closed at once. */
export class Crowd {
  readonly #peers: readonly Peer[];
  readonly refused: number;

  static async gather(address: Address, count: number): Promise<Crowd> {
    const peers: Peer[] = [];
    let refused = 0;
    for (let begun = 0; begun < count; begun += AT_ONCE) {
      const size = Math.min(AT_ONCE, count - begun);
      const batch = Array.from({ length: size }, () => Peer.connect(address));
      for (const result of await Promise.allSettled(batch)) {
        if (result.status === 'fulfilled') peers.push(result.value);
        else refused++;
      }
    }
    return new Crowd(peers, refused);
  }

  private constructor(peers: readonly Peer[], refused: number) {
    this.#peers = peers;
    this.refused = refused;
  }

  /** How many are connected still. */
  get present(): number {
    return this.#peers.filter((peer) => !peer.isOver).length;
  }

  async disperse(): Promise<void> {
    for (const peer of this.#peers) peer.destroy();
    await Promise.all(this.#peers.map((peer) => peer.closed));
  }
}
