import { type Logger, messageOf } from '@senbon/core';
import { backoffMs, pause } from '@senbon/core/discovery';
import { isFault } from './etcd-error.ts';
import type { EtcdLink } from './etcd-link.ts';
import { LeaseSession } from './lease-session.ts';

const RETRY_BASE_MS = 50;
const RETRY_MAX_MS = 1_000;

export interface LeaseKeeperOptions {
  readonly ttlSeconds: number;
  readonly attemptTimeoutMs: number;
  readonly link: () => EtcdLink;
  readonly linkFailed: (link: EtcdLink, error: unknown) => void;
  readonly onRenewed: () => void;
  readonly onLost: (why: string) => void;
  readonly onGranted: (session: LeaseSession) => void;
  readonly closing: AbortSignal;
  readonly logger: Logger;
}

/** Keeps one lease alive, and gets another when it is gone: with bounded back-off, for ever. */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  #session: LeaseSession;
  #isLost = false;
  #failures = 0;
  #rest = new AbortController();

  constructor(session: LeaseSession, options: LeaseKeeperOptions) {
    this.#session = session;
    this.#options = options;
    options.closing.addEventListener('abort', () => this.#rest.abort(), { once: true });
  }

  get session(): LeaseSession {
    return this.#session;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Ends with `closing`. */
  async keep(): Promise<void> {
    const { closing } = this.#options;
    while (!closing.aborted) {
      await this.#pause();
      if (closing.aborted) return;
      const link = this.#options.link();
      try {
        await (this.#isLost ? this.#grant(link) : this.#renew(link));
        this.#failures = 0;
      } catch (error) {
        if (closing.aborted) return;
        this.#fail(link, error);
      }
    }
  }

  /** Asks the server at once; without effect while it is being asked again and again anyway. */
  hurry(): void {
    if (this.#failures === 0) this.#rest.abort();
  }

  /** Somebody has the server's word that it is gone. */
  expire(session: LeaseSession, why: string): void {
    if (session !== this.#session || this.#isLost) return;
    this.#isLost = true;
    this.#options.onLost(why);
    this.hurry();
  }

  async #pause(): Promise<void> {
    this.#rest = new AbortController();
    const restMs = this.#isLost ? 0 : this.#session.renewInMs;
    const waitMs = this.#failures === 0 ? restMs : backoffMs(this.#failures - 1, RETRY_BASE_MS, RETRY_MAX_MS);
    await pause(waitMs, this.#rest.signal);
  }

  async #renew(link: EtcdLink): Promise<void> {
    const session = this.#session;
    const askedAt = performance.now();
    const ttl = await link.keepAlive(session.id, this.#options.attemptTimeoutMs);
    if (ttl <= 0) return this.expire(session, 'the lease has expired');
    session.renewed(askedAt);
    if (!this.#isLost) this.#options.onRenewed();
  }

  async #grant(link: EtcdLink): Promise<void> {
    const session = await grantSession(link, this.#options);
    this.#session = session;
    this.#isLost = false;
    this.#options.onGranted(session);
  }

  #fail(link: EtcdLink, error: unknown): void {
    const { linkFailed, logger } = this.#options;
    this.#failures++;
    if (isFault(error, 'leaseGone')) return this.expire(this.#session, 'the lease is not known any more');
    logger.debug(`The lease was not answered for by ${link.address}: ${messageOf(error)}`);
    // Also for a refusal: another member, or another log-in, may do better.
    linkFailed(link, error);
  }
}

export async function grantSession(
  link: EtcdLink,
  { ttlSeconds, attemptTimeoutMs }: Pick<LeaseKeeperOptions, 'ttlSeconds' | 'attemptTimeoutMs'>,
): Promise<LeaseSession> {
  const askedAt = performance.now();
  const granted = await link.grant(ttlSeconds, attemptTimeoutMs);
  return new LeaseSession(granted.id, granted.ttlSeconds, askedAt);
}
