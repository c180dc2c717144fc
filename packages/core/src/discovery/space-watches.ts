import type { CallOptions, Subscription } from '../ports/discovery.ts';
import type { Logger } from '../ports/logger.ts';
import { type SpaceListener, type SpaceSource, SpaceWatch } from './space-watch.ts';

export interface SpaceWatchesOptions<Found> {
  readonly open: (space: string, changed: () => void) => SpaceSource<Found>;
  readonly logger: Logger;
  /** The client is being closed. */
  readonly closing: AbortSignal;
}

/** One watch for each space that somebody listens to. */
export class SpaceWatches<Found> {
  readonly #options: SpaceWatchesOptions<Found>;
  readonly #bySpace = new Map<string, SpaceWatch<Found>>();

  constructor(options: SpaceWatchesOptions<Found>) {
    this.#options = options;
  }

  /** Resolves when `listener` has had the present list. */
  subscribe(space: string, listener: SpaceListener, call: CallOptions): Promise<Subscription> {
    const watch = this.#bySpace.get(space) ?? this.#create(space);
    return watch.subscribe(listener, call);
  }

  close(): void {
    for (const watch of this.#bySpace.values()) watch.close();
  }

  #create(space: string): SpaceWatch<Found> {
    const { open, logger, closing } = this.#options;
    const created: SpaceWatch<Found> = new SpaceWatch({
      space,
      open: (changed) => open(space, changed),
      logger,
      closing,
      onEmpty: () => {
        if (this.#bySpace.get(space) === created) this.#bySpace.delete(space);
      },
    });
    this.#bySpace.set(space, created);
    return created;
  }
}
