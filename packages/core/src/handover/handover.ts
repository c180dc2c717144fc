import type { Frontend } from '../frontend/frontend.ts';
import { atMost } from '../observe/at-most.ts';
import type { Clock } from '../ports/clock.ts';
import type { BackDoor } from './back-door.ts';
import type { ListeningSocket } from './inheritance.ts';
import type { Predecessor } from './predecessor.ts';

export interface HandoverOptions {
  readonly frontends: readonly Frontend[];
  readonly backDoor: BackDoor;
  readonly predecessor: Predecessor | null;
  readonly clock: Clock;
}

/** Without a session for as long, a connection is not that of a client who is about to open one. */
const SETTLE_MS = 3_000;

/** What a gateway has of the process before it, and leaves to the one after it. */
export class Handover {
  readonly #options: HandoverOptions;
  /** When the last connection here has gone; `null` as long as nobody else takes them. */
  #released: Promise<unknown> | null = null;

  constructor(options: HandoverOptions) {
    this.#options = options;
  }

  get hasSuccessor(): boolean {
    return this.#released !== null;
  }

  get sockets(): readonly ListeningSocket[] {
    return this.#options.frontends.flatMap(({ socket }) => socket ?? []);
  }

  get backDoor(): BackDoor {
    return this.#options.backDoor;
  }

  /** Leaves further connections to the next process. */
  giveWay(): void {
    this.#released ??= Promise.all(this.#options.frontends.map((frontend) => frontend.release()));
  }

  /** Resolves when, apart from its sessions, nobody needs this process: none before it, and no client that has just come. */
  async settled(): Promise<void> {
    const { predecessor, clock } = this.#options;
    await predecessor?.ended;
    if (this.#released !== null) await atMost(clock, SETTLE_MS, this.#released);
  }

  async close(): Promise<void> {
    this.#options.predecessor?.close();
    await this.#options.backDoor.close();
  }
}
