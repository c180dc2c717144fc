import { SenbonError } from '../errors/senbon-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Registry, ServiceNode } from '../ports/discovery.ts';
import type { Logger } from '../ports/logger.ts';
import type { SessionManager } from '../session/session-manager.ts';

export interface DrainOptions {
  readonly sessions: SessionManager;
  readonly registry: Registry;
  /** Where this gateway and others like it are registered. */
  readonly spaces: ReadonlySet<string>;
  /** `host:port` of each of its frontends. */
  readonly instances: readonly string[];
  readonly deadlineMs: number;
  readonly reportIntervalMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The end of a gateway's service: no new session, the present ones served to their end or to the deadline. */
export class Drain {
  readonly #options: DrainOptions;
  /** `null` until they are known. */
  #others: readonly ServiceNode[] | null = null;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** What a client hears that comes too late. */
  refusal(): SenbonError {
    const others = this.#others?.map(({ host, port }) => `${host}:${port}`);
    const advice =
      others === undefined
        ? 'Connect to another gateway of its server space'
        : others.length > 0
          ? `Connect to one of: ${others.join(', ')}`
          : 'No other gateway is registered in its server space; start one, or try again later';
    return new SenbonError('SERVER_DRAINING', { instance: this.#options.instances[0] ?? 'unknown', advice });
  }

  /** Resolves when the last session has gone or the deadline has passed. `signal` ends the wait at once. */
  async run(signal: AbortSignal): Promise<void> {
    const { sessions, clock, deadlineMs, reportIntervalMs, logger } = this.#options;
    // Not waited for: discovery may be what is down.
    void this.#lookAround();
    const reports = clock.every(reportIntervalMs, () => {
      logger.info(`${sessions.directory.size} connection(s) are active, delay shutdown`);
      void this.#lookAround();
    });
    let giveUp = () => {};
    const deadline = new Promise<void>((resolve) => {
      giveUp = resolve;
    });
    const timer = clock.after(deadlineMs, giveUp);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    await Promise.race([sessions.empty(), deadline]);
    timer.cancel();
    reports.cancel();
    for (const { id, spec } of sessions.directory.sessions()) {
      logger.warn(`The drain ends with SessionHandle [${id}] of ${spec.user}@${spec.ip} still open`);
    }
  }

  async #lookAround(): Promise<void> {
    const { registry, spaces, instances } = this.#options;
    try {
      const nodes = await Promise.all([...spaces].map((space) => registry.list(space)));
      this.#others = nodes.flat().filter(({ host, port }) => !instances.includes(`${host}:${port}`));
    } catch (error) {
      this.#options.logger.debug(`Cannot list other gateways: ${String(error)}`);
    }
  }
}
