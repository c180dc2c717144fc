import { SenbonError } from '../errors/senbon-error.ts';
import { atMost } from '../observe/at-most.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Registry, ServiceNode } from '../ports/discovery.ts';
import type { Logger } from '../ports/logger.ts';
import type { SessionManager } from '../session/session-manager.ts';
import type { DrainFacts } from './drain-notice.ts';
import { countByUser } from './drain-record.ts';
import { type AskLeft, type LeftSessions, NOBODY, sumOfLeft } from './left-sessions.ts';

export interface DrainOptions {
  readonly sessions: SessionManager;
  readonly registry: Registry;
  /** Where this gateway and others like it are registered. */
  readonly spaces: ReadonlySet<string>;
  /** `host:port` of each of its frontends. */
  readonly instances: readonly string[];
  readonly deadlineMs: number;
  readonly reportIntervalMs: number;
  /** Resolves when no one is left but those with sessions. */
  readonly settled: () => Promise<void>;
  /** The process whose place this one took; `null` = none. */
  readonly before: AskLeft | null;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long a newcomer waits for the names of other gateways. */
const LOOK_PATIENCE_MS = 1_000;
/** How often the process before is asked. */
const ASK_MS = 1_000;
/** The process before has the same deadline, and heard of it a moment later. */
const LAST_OF_CHAIN_MS = 10_000;
/** Sessions that the log names one by one. */
const MAX_NAMED = 20;

/** The end of a gateway's service: no new session, the present ones served to their end or to the deadline. */
export class Drain {
  readonly #options: DrainOptions;
  /** `null` until they are known. */
  #others: readonly ServiceNode[] | null = null;
  #look: Promise<void> = Promise.resolve();
  #isLooking = false;
  #before: LeftSessions = NOBODY;
  #sinceMs = 0;
  #deadlineAtMs = 0;
  #deadline: Timer | null = null;
  #giveUp: () => void = () => {};

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** What a client hears that comes too late. */
  async refusal(): Promise<SenbonError> {
    if (this.#others === null) await atMost(this.#options.clock, LOOK_PATIENCE_MS, this.#look);
    const others = this.#others?.map(({ host, port }) => `${host}:${port}`);
    const advice =
      others === undefined
        ? 'Connect to another gateway of its server space'
        : others.length > 0
          ? `Connect to one of: ${others.join(', ')}`
          : 'No other gateway is registered in its server space; start one, or try again later';
    return new SenbonError('SERVER_DRAINING', { instance: this.#options.instances[0] ?? 'unknown', advice });
  }

  /** What others may know of it. */
  get facts(): Omit<DrainFacts, 'why' | 'canUndo'> {
    return { since: this.#sinceMs, deadline: this.#deadlineAtMs, ...sumOfLeft(this.#own, this.#before) };
  }

  /** Of this process and those before it, for the one after it, which passes on a deadline. */
  async left(deadlineMs: number | null): Promise<LeftSessions> {
    if (deadlineMs !== null && this.#deadline !== null) this.#endAt(this.#options.clock.now() + deadlineMs);
    await this.#askBefore(deadlineMs);
    return sumOfLeft(this.#own, this.#before);
  }

  get #own(): LeftSessions {
    const { directory } = this.#options.sessions;
    return {
      sessions: directory.size,
      users: countByUser([...directory.sessions()].map(({ spec }) => spec.user)),
    };
  }

  /** Resolves when the last session has gone or the deadline has passed. `signal` ends the wait at once. */
  async run(signal: AbortSignal): Promise<void> {
    const { sessions, clock, deadlineMs, reportIntervalMs, logger } = this.#options;
    this.#sinceMs = clock.now();
    this.#lookAround();
    const reports = clock.every(reportIntervalMs, () => {
      logger.info(`${sessions.directory.size} connection(s) are active, delay shutdown`);
      this.#lookAround();
    });
    const { before } = this.#options;
    const questions = before === null ? null : clock.every(ASK_MS, () => void this.#askBefore(null));
    if (before !== null) void this.#askBefore(null);
    const end = new AbortController();
    const deadline = new Promise<void>((resolve) => {
      end.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#giveUp = () => end.abort();
    this.#endAt(clock.now() + deadlineMs);
    signal.addEventListener('abort', this.#giveUp, { once: true });
    if (signal.aborted) this.#giveUp();
    await Promise.race([this.#quiet(end.signal), deadline]);
    this.#deadline?.cancel();
    this.#deadline = null;
    reports.cancel();
    // Whoever waits for the end of this one waits for those before it.
    if (before !== null && !signal.aborted) {
      const stopped = new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      await atMost(clock, LAST_OF_CHAIN_MS, Promise.race([this.#options.settled(), stopped]));
    }
    questions?.cancel();
  }

  /** Brings the deadline of the drain under way forward, or puts it off. */
  endWithin(ms: number): void {
    if (this.#deadline === null) return;
    this.#endAt(this.#options.clock.now() + ms);
    void this.#askBefore(ms);
  }

  /** Never rejects. */
  async #askBefore(deadlineMs: number | null): Promise<void> {
    this.#before = (await this.#options.before?.(deadlineMs)) ?? NOBODY;
  }

  #endAt(atMs: number): void {
    const { clock } = this.#options;
    this.#deadline?.cancel();
    this.#deadlineAtMs = atMs;
    this.#deadline = clock.after(atMs - clock.now(), () => this.#giveUp());
  }

  /** Names in the log those who held it up to its end. */
  nameWhoIsLeft(): void {
    const { sessions, logger } = this.#options;
    const { size } = sessions.directory;
    if (size === 0) return;
    const users = this.#own.users.map(({ user, sessions: count }) => `${user} (${count})`).join(', ');
    logger.warn(`The drain ends with ${size} session(s) that are cut off, of ${users}`);
    let named = 0;
    for (const { id, spec } of sessions.directory.sessions()) {
      if (++named > MAX_NAMED) return logger.warn(`... and with ${size - MAX_NAMED} more`);
      logger.warn(`The drain ends with SessionHandle [${id}] of ${spec.user}@${spec.ip} still open`);
    }
  }

  /** Also from those that a newcomer was about to open while the others settled. */
  async #quiet(signal: AbortSignal): Promise<void> {
    const { sessions, settled } = this.#options;
    do {
      await sessions.empty(signal);
      await settled();
    } while (!sessions.isEmpty && !signal.aborted);
  }

  /** Nothing waits for it but newcomers: discovery may be what is down. */
  #lookAround(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#look = this.#findOthers()
      .catch((error: unknown) => {
        this.#options.logger.debug(`Cannot list other gateways: ${String(error)}`);
      })
      .finally(() => {
        this.#isLooking = false;
      });
  }

  async #findOthers(): Promise<void> {
    const { registry, spaces, instances } = this.#options;
    const nodes = await Promise.all([...spaces].map((space) => registry.list(space)));
    this.#others = nodes.flat().filter(({ host, port }) => !instances.includes(`${host}:${port}`));
  }
}
