import type { Frontend } from '../frontend/frontend.ts';
import { atMost } from '../observe/at-most.ts';
import type { Clock } from '../ports/clock.ts';
import type { BackDoor } from './back-door.ts';
import type { HandedSpace, Inheritance, ListeningSocket } from './inheritance.ts';
import { Neighbour, type NeighbourOptions } from './neighbour.ts';
import type { Neighbours } from './neighbours.ts';

export interface HandoverOptions {
  readonly frontends: readonly Frontend[];
  readonly backDoor: BackDoor;
  readonly neighbours: Neighbours;
  readonly neighbour: NeighbourOptions;
  readonly space: HandedSpace;
  readonly clock: Clock;
}

/** Without a session for as long, a connection is not that of a client who is about to open one. */
const SETTLE_MS = 3_000;

/** What a gateway has of the process before it, and leaves to the one after it. */
export class Handover {
  readonly #options: HandoverOptions;
  #isDoorOurs = false;
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

  /** Before the first client comes: the process before gets calls of sessions that are opened here. Throws FOLDER_UNUSABLE. */
  async accept({ ownDoor }: Inheritance): Promise<void> {
    const { backDoor, neighbours } = this.#options;
    await backDoor.open(ownDoor);
    neighbours.before?.watch();
  }

  /** For a process that is to inherit the sockets. `doors`: this one's, unless it has one, and the other's. Throws FOLDER_UNUSABLE. */
  async offer(doors: Doors): Promise<Inheritance> {
    const { backDoor: door, neighbours, neighbour, space } = this.#options;
    const backDoor = await door.open(doors.backDoor);
    this.#isDoorOurs = backDoor === doors.backDoor;
    neighbours.after?.close();
    neighbours.after = new Neighbour(doors.ownDoor, neighbour);
    return { sockets: this.sockets, space, backDoor, ownDoor: doors.ownDoor };
  }

  /** `null` when there is no process before. */
  get before(): Neighbour | null {
    return this.#options.neighbours.before;
  }

  async withdraw(): Promise<void> {
    const { backDoor, neighbours } = this.#options;
    neighbours.after?.close();
    neighbours.after = null;
    // Else the process before needs it.
    if (this.#isDoorOurs) await backDoor.close();
  }

  /** Leaves further connections to the next process. */
  giveWay(): void {
    this.#released ??= Promise.all(this.#options.frontends.map((frontend) => frontend.release()));
  }

  /** Resolves when, apart from its sessions, nobody needs this process: none before it, and no client that has just come. */
  async settled(): Promise<void> {
    const { neighbours, clock } = this.#options;
    await neighbours.before?.ended;
    if (this.#released !== null) await atMost(clock, SETTLE_MS, this.#released);
  }

  async close(): Promise<void> {
    this.#options.neighbours.close();
    await this.#options.backDoor.close();
  }
}

export type Doors = Pick<Inheritance, 'backDoor' | 'ownDoor'>;
