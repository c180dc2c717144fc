import { messageOf, SenbonError } from '../errors/senbon-error.ts';
import { Permits } from '../observe/permits.ts';
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

interface Kept {
  readonly atMs: number;
  readonly group: Promise<string>;
}

/** Groups of users by a provider, whoever wrote it: answered in time, kept for a while, asked for once at a time. */
export class GuardedGroups {
  readonly #provider: GroupProvider;
  readonly #options: GuardGroupsOptions;
  readonly #permits: Permits;
  readonly #kept = new Map<string, Kept>();

  constructor(provider: GroupProvider, options: GuardGroupsOptions) {
    this.#provider = provider;
    this.#options = options;
    this.#permits = new Permits(MAX_AT_ONCE, options.clock);
  }

  /** Throws GROUP_UNKNOWN. */
  primaryGroupOf(user: string): Promise<string> {
    const now = this.#options.clock.now();
    const kept = this.#kept.get(user);
    if (kept !== undefined && now - kept.atMs < KEPT_MS) return kept.group;
    const made: Kept = { atMs: now, group: this.#ask(user) };
    this.#kept.delete(user);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(user, made);
    // A failure is not kept: the user may just have been made.
    made.group.catch(() => {
      if (this.#kept.get(user) === made) this.#kept.delete(user);
    });
    return made.group;
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
