import { randomUUID } from 'node:crypto';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Records, Registry } from '../ports/discovery.ts';
import type { Logger } from '../ports/logger.ts';
import { encodeLoadRecord, loadRecordPath, loadRecordsOf } from './load-record.ts';
import { ownProcess } from './process-identity.ts';
import type { ServerAddress } from './server-address.ts';

export interface LoadReportOptions {
  readonly records: Records;
  readonly registry: Registry;
  /** The nodes of this gateway. */
  readonly addresses: readonly ServerAddress[];
  readonly sessions: () => number;
  /** 0 = never. */
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Without a change: somebody may have swept our report up while we were cut off from service discovery. */
const REPEAT_MS = 60_000;

/**
 * Says how many sessions this gateway has, for clients that choose by it: a record beside the server space. Not in the
 * node: drivers read its data as an address, gohive its name, and a new name for each count would be another server.
 */
export class LoadReport {
  readonly #options: LoadReportOptions;
  /** A new process at this address, to which our sockets were handed over, has a report of its own. */
  readonly #id = randomUUID();
  readonly #process = ownProcess() ?? undefined;
  #timer: Timer | null = null;
  #turn: Promise<void> = Promise.resolve();
  #isBusy = false;
  #shown: number | null = null;
  #shownAtMs = 0;

  constructor(options: LoadReportOptions) {
    this.#options = options;
  }

  /** Nothing waits for the first report: a server without is one of unknown load. */
  open(): void {
    const { intervalMs, clock } = this.#options;
    if (intervalMs <= 0 || this.#timer !== null) return;
    this.#shown = null;
    this.#look();
    void this.#inTurn(() => this.#sweep());
    this.#timer = clock.every(intervalMs, () => this.#look());
  }

  /** Never rejects. */
  async close(): Promise<void> {
    if (this.#timer === null) return;
    this.#timer.cancel();
    this.#timer = null;
    await this.#inTurn(() => this.#remove());
  }

  #look(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    void this.#inTurn(() => this.#report()).finally(() => {
      this.#isBusy = false;
    });
  }

  async #report(): Promise<void> {
    const { records, addresses, sessions, clock } = this.#options;
    const now = sessions();
    const isDue = now !== this.#shown || clock.now() - this.#shownAtMs >= REPEAT_MS;
    if (!isDue || this.#timer === null) return;
    const value = encodeLoadRecord({ sessions: now, id: this.#id, process: this.#process });
    await Promise.all(addresses.map((address) => records.put(loadRecordPath(address), value)));
    this.#shown = now;
    this.#shownAtMs = clock.now();
  }

  /** What gateways that were killed have left: nobody is registered there. */
  async #sweep(): Promise<void> {
    const { records, registry, addresses } = this.#options;
    for (const space of new Set(addresses.map((address) => address.space))) {
      // In this order: a gateway registers before it reports.
      const entries = await records.list(loadRecordsOf(space));
      const nodes = await registry.list(space);
      const alive = new Set(nodes.map(({ host, port }) => loadRecordPath({ space, host, port })));
      const dead = entries.filter(({ path }) => !alive.has(path));
      await Promise.all(dead.map(({ path }) => records.delete(path)));
    }
  }

  async #remove(): Promise<void> {
    const { records, addresses } = this.#options;
    await Promise.all(
      addresses.map(async (address) => {
        const entry = await records.get(loadRecordPath(address));
        if (entry !== null && Buffer.from(entry.value).includes(this.#id)) await records.delete(entry.path);
      }),
    );
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work).catch((error: unknown) => {
      this.#options.logger.debug(`The report of the load failed: ${String(error)}`);
    });
    return this.#turn;
  }
}
