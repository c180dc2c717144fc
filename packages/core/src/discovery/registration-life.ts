import { messageOf, SenbonError } from '../errors/senbon-error.ts';
import { type NodeSpec, RegistrationEnd } from '../ports/discovery.ts';
import type { Logger } from '../ports/logger.ts';
import { backoffMs, pause } from './deadline.ts';
import { deferred } from './deferred.ts';

const RETRY_BASE_MS = 200;
const RETRY_MAX_MS = 10_000;

export const RegistrationState = {
  registering: 'registering',
  registered: 'registered',
  /** What the node was bound to is gone, and the node with it; another is being made. */
  lost: 'lost',
  ended: 'ended',
} as const;
export type RegistrationState = (typeof RegistrationState)[keyof typeof RegistrationState];

const moves: Readonly<Record<RegistrationState, readonly RegistrationState[]>> = {
  registering: ['registered', 'ended'],
  registered: ['lost', 'ended'],
  lost: ['registered', 'ended'],
  ended: [],
};

export interface RegistrationLifeOptions {
  readonly space: string;
  readonly spec: NodeSpec;
  /** What the node goes with, in a word: `session`, `lease`. */
  readonly bond: string;
  readonly logger: Logger;
  /** Paths of this client's registrations, so that none adopts another's node. */
  readonly ownPaths: Set<string>;
  /** The client is being closed. */
  readonly closing: AbortSignal;
  readonly onEnd: () => void;
}

/** The states of one registration, its path, and what becomes of a node that was closed and cannot be deleted yet. */
export class RegistrationLife {
  readonly ended: Promise<RegistrationEnd>;
  readonly #options: RegistrationLifeOptions;
  readonly #stop = new AbortController();
  readonly #resolveEnded: (end: RegistrationEnd) => void;
  #state: RegistrationState = RegistrationState.registering;
  #path = '';
  /** Closed, and yet to be deleted. */
  #isLeftBehind = false;
  #isDeletingLate = false;

  constructor(options: RegistrationLifeOptions) {
    this.#options = options;
    const { promise, resolve } = deferred<RegistrationEnd>();
    this.ended = promise;
    this.#resolveEnded = resolve;
  }

  get state(): RegistrationState {
    return this.#state;
  }

  get isEnded(): boolean {
    return this.#state === RegistrationState.ended;
  }

  get isPersistent(): boolean {
    return this.#options.spec.persistent === true;
  }

  /** Aborts when the registration has ended. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** The node's; empty before there is one. */
  get path(): string {
    return this.#path;
  }

  set path(path: string) {
    const { ownPaths } = this.#options;
    ownPaths.delete(this.#path);
    if (!this.isEnded) ownPaths.add(path);
    this.#path = path;
  }

  registered(): void {
    this.#move(RegistrationState.registered, this.#path);
  }

  lost(why: string): void {
    this.#move(RegistrationState.lost, why);
  }

  /** Idempotent. */
  end(end: RegistrationEnd, why: string): void {
    if (this.isEnded) return;
    this.#move(RegistrationState.ended, why);
    this.#stop.abort();
    this.#options.ownPaths.delete(this.#path);
    this.#resolveEnded(end);
    this.#options.onEnd();
  }

  /** Ends it for `close`, which deletes the node then. False when there is nothing left to delete. */
  leave(): boolean {
    if (this.isEnded && !this.#isLeftBehind) return false;
    if (this.#state === RegistrationState.registered) this.#isLeftBehind = true;
    this.end(RegistrationEnd.closed, 'close was called');
    // Until it is gone, no other registration may take it for the node of an attempt whose answer was lost.
    if (this.#isLeftBehind) this.#options.ownPaths.add(this.#path);
    return true;
  }

  /** The node is deleted, or not to be. */
  forget(): void {
    this.#isLeftBehind = false;
    this.#options.ownPaths.delete(this.#path);
  }

  /**
   * Goes on deleting what `leave` has left. `remove` waits for a server that answers and rejects with DISCOVERY_UNREACHABLE when
   * none has for long; `isGone` tells the failures which mean that the node went by itself. Never rejects.
   */
  async deleteLate(remove: () => Promise<unknown>, isGone: (error: unknown) => boolean): Promise<void> {
    const { closing, logger, bond } = this.#options;
    if (!this.#isLeftBehind || this.#isDeletingLate) return;
    this.#isDeletingLate = true;
    while (this.#isLeftBehind && !closing.aborted) {
      try {
        await remove();
        logger.info(`Registration ${nameOf(this.#path)} is deleted now`);
        this.forget();
      } catch (error) {
        if (error instanceof SenbonError && error.code === 'DISCOVERY_UNREACHABLE') continue;
        if (!isGone(error) && !closing.aborted) {
          logger.warn(`Cannot delete ${this.#path}, which goes with its ${bond}: ${messageOf(error)}`);
        }
        this.forget();
      }
    }
  }

  /** Repeats `place` until it succeeds, the registration ends or the client is closed. Never rejects. */
  async replace(place: () => Promise<unknown>): Promise<void> {
    const { closing, logger, space } = this.#options;
    for (let attempt = 0; !this.signal.aborted && !closing.aborted; attempt++) {
      try {
        await place();
        return;
      } catch (error) {
        if (this.signal.aborted || closing.aborted) return;
        const waitMs = backoffMs(attempt, RETRY_BASE_MS, RETRY_MAX_MS);
        logger.warn(
          `Cannot register under ${space} again (${messageOf(error)}); next try in ${Math.round(waitMs)} ms`,
        );
        await pause(waitMs, this.signal);
      }
    }
  }

  #move(to: RegistrationState, why: string): void {
    const from = this.#state;
    if (!moves[from].includes(to)) throw new Error(`illegal move of a registration: ${from} -> ${to}`);
    this.#state = to;
    const { space, logger } = this.#options;
    logger.info(`Registration ${this.#path === '' ? space : nameOf(this.#path)} ${from} -> ${to}: ${why}`);
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
