import { messageOf, SenbonError } from '../errors/senbon-error.ts';
import { Permits } from '../observe/permits.ts';
import { RecentAnswers } from '../observe/recent-answers.ts';
import type { Clock } from '../ports/clock.ts';
import type { GroupProvider } from '../ports/groups.ts';
import type { Logger } from '../ports/logger.ts';
import { guardedCall } from './guarded-call.ts';

export interface GuardGroupsOptions {
  readonly clock: Clock;
  readonly logger: Logger;
}

const CALL_TIMEOUT_MS = 10_000;
/** Hadoop's own, by default. */
const KEPT_MS = 300_000;
const MAX_KEPT = 10_000;
/** A look-up may be a process. */
const MAX_AT_ONCE = 8;

/** Groups of users by a provider, whoever wrote it: answered in time, kept for a while, asked for once at a time. */
export class GuardedGroups {
  readonly #provider: GroupProvider;
  readonly #options: GuardGroupsOptions;
  readonly #permits: Permits;
  readonly #groups: RecentAnswers<string>;

  constructor(provider: GroupProvider, options: GuardGroupsOptions) {
    this.#provider = provider;
    this.#options = options;
    this.#permits = new Permits(MAX_AT_ONCE, options.clock);
    // A failure is not kept: the user may just have been made.
    this.#groups = new RecentAnswers({ keptMs: KEPT_MS, maxKept: MAX_KEPT, clock: options.clock });
  }

  /** Throws GROUP_UNKNOWN. */
  primaryGroupOf(user: string): Promise<string> {
    return this.#groups.get(user, () => this.#ask(user));
  }

  async #ask(user: string): Promise<string> {
    const { name } = this.#provider;
    try {
      const release = await this.#permits.acquire({ timeoutMs: CALL_TIMEOUT_MS });
      if (release === null) throw new Error(`${MAX_AT_ONCE} others are being looked up for too long`);
      try {
        return checked(await this.#call(user));
      } finally {
        release();
      }
    } catch (error) {
      throw new SenbonError(
        'GROUP_UNKNOWN',
        { user, provider: name, problem: messageOf(error) },
        { cause: error },
      );
    }
  }

  #call(user: string): Promise<unknown> {
    return guardedCall<unknown>(
      { plugin: this.#provider.name, ...this.#options },
      {
        what: 'primaryGroupOf',
        timeoutMs: CALL_TIMEOUT_MS,
        run: (signal) => this.#provider.primaryGroupOf(user, { signal }),
      },
    );
  }
}

/** It becomes a name in discovery. */
function checked(group: unknown): string {
  if (typeof group === 'string' && group !== '') return group;
  throw new Error('its provider gave no name');
}
