import { randomUUID } from 'node:crypto';
import { atMost } from '../observe/at-most.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Records } from '../ports/discovery.ts';
import type { Logger } from '../ports/logger.ts';
import {
  type DrainReport,
  type DrainRequest,
  drainReportPath,
  drainReportsOf,
  drainRequestPath,
  drainRequestsOf,
  encodeDrainRecord,
  parseDrainReport,
  parseDrainRequest,
} from './drain-record.ts';
import type { ServerAddress } from './server-address.ts';

/** How soon a request is heard, and a change shown. */
const LOOK_MS = 1_000;
/** A report that is older than a few of these comes from a gateway that is dead. */
const HEARTBEAT_MS = 5_000;
/** Clocks of two machines may be far apart, but hardly by as much. */
const LEFT_BEHIND_MS = 3_600_000;
/** Discovery may be what is down; the end of a gateway does not depend on it. */
const PATIENCE_MS = 3_000;

export type DrainFacts = Omit<DrainReport, 'host' | 'port' | 'state' | 'updated' | 'everyMs'>;

export interface DrainNoticeOptions {
  readonly records: Records;
  /** The nodes of this gateway; the first one's when it is registered nowhere. */
  readonly addresses: readonly ServerAddress[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onRequest: (request: DrainRequest) => void;
}

/** Shows in service discovery that this gateway drains, and hears what it is asked for meanwhile. */
export class DrainNotice {
  readonly #options: DrainNoticeOptions;
  #timer: Timer | null = null;
  /** Reads and writes one after the other, so that no report comes after its removal. */
  #turn: Promise<void> = Promise.resolve();
  #isBusy = false;
  #shown = '';
  #shownAtMs = 0;
  /** Nodes of this gateway that were there when the drain began. */
  #nodes: ReadonlySet<string> = new Set();
  /** Versions, by path, of requests that were there before the drain and are not for it; `null` until they are known. */
  #leftBehind: Map<string, number> | null = null;

  constructor(options: DrainNoticeOptions) {
    this.#options = options;
  }

  /** What an earlier gateway at this address left is nothing to us, nor what others left long ago. Never rejects. */
  clear(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#remove();
      await this.#sweep();
      await this.#claim();
    });
  }

  /** At once, then with every change and every few seconds. `nodes`: paths of what this gateway was registered by. */
  show(facts: () => DrainFacts, nodes: ReadonlySet<string>): void {
    this.#timer?.cancel();
    this.#shown = '';
    this.#nodes = nodes;
    this.#leftBehind = null;
    this.#look(facts);
    this.#timer = this.#options.clock.every(LOOK_MS, () => this.#look(facts));
  }

  /** Takes everything away; whoever waits takes that for the end of the drain. Never rejects, does not wait for long. */
  async hide(): Promise<void> {
    if (this.#timer === null) return;
    this.#timer.cancel();
    this.#timer = null;
    const { clock, logger } = this.#options;
    const removed = this.#inTurn(() => this.#remove());
    if (!(await atMost(clock, PATIENCE_MS, removed)))
      logger.warn('Could not take back the report of the drain');
  }

  #look(facts: () => DrainFacts): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    void this.#inTurn(async () => {
      try {
        // Before the report: who finds that may ask at once.
        this.#leftBehind ??= await this.#findLeftBehind();
        await this.#report(facts());
        // After the report: who asked sees that he was heard, and finds the report.
        await this.#hear();
      } finally {
        this.#isBusy = false;
      }
    });
  }

  async #report(facts: DrainFacts): Promise<void> {
    const { records, addresses, clock } = this.#options;
    const text = JSON.stringify(facts);
    const now = clock.now();
    if (text === this.#shown && now - this.#shownAtMs < HEARTBEAT_MS) return;
    const state = { state: 'draining', ...facts, updated: now, everyMs: HEARTBEAT_MS } as const;
    await Promise.all(
      addresses.map((address) => {
        const { host, port } = address;
        return records.put(drainReportPath(address), encodeDrainRecord({ host, port, ...state }));
      }),
    );
    this.#shown = text;
    this.#shownAtMs = now;
  }

  async #findLeftBehind(): Promise<Map<string, number>> {
    const { records, addresses } = this.#options;
    const versions = new Map<string, number>();
    for (const address of addresses) {
      const path = drainRequestPath(address);
      const entry = await records.get(path);
      if (entry === null) continue;
      const request = parseDrainRequest(entry.value);
      if (request !== null && !this.#isForThisDrain(request)) versions.set(path, entry.version);
    }
    return versions;
  }

  #isForThisDrain({ nodes = [] }: DrainRequest): boolean {
    return nodes.some((node) => this.#nodes.has(node));
  }

  async #hear(): Promise<void> {
    const { records, addresses, logger, onRequest } = this.#options;
    for (const address of addresses) {
      const path = drainRequestPath(address);
      const entry = await records.get(path);
      const old = this.#leftBehind?.get(path);
      // Versions begin anew where a record is written that was deleted.
      this.#leftBehind?.delete(path);
      if (entry === null) continue;
      await records.delete(path);
      const request = parseDrainRequest(entry.value);
      const isOld = old === entry.version;
      if (request === null) logger.warn(`Passed over a request at ${path} that cannot be read`);
      else if (isOld || (request.nodes !== undefined && !this.#isForThisDrain(request)))
        logger.warn(`Passed over a request at ${path} that was not for this drain`);
      // Removed meanwhile: whoever is about to stop is not to be turned round.
      else if (this.#timer !== null) onRequest(request);
    }
  }

  async #remove(): Promise<void> {
    const { records, addresses } = this.#options;
    const paths = addresses.flatMap((address) => [drainReportPath(address), drainRequestPath(address)]);
    await Promise.all(paths.map((path) => records.delete(path)));
  }

  async #sweep(): Promise<void> {
    const { records, addresses, clock } = this.#options;
    const isOld = (ms: number | undefined): boolean => ms !== undefined && clock.now() - ms > LEFT_BEHIND_MS;
    for (const space of new Set(addresses.map((address) => address.space))) {
      const reports = await records.list(drainReportsOf(space));
      const requests = await records.list(drainRequestsOf(space));
      const old = [
        ...reports.filter(({ value }) => isOld(parseDrainReport(value)?.updated)),
        ...requests.filter(({ value }) => isOld(parseDrainRequest(value)?.at)),
      ];
      await Promise.all(old.map(({ path }) => records.delete(path)));
    }
  }

  /**
   * Makes the nodes above the records, under this gateway's access control list. Whoever writes the first record would own them:
   * a client whose request is refused afterwards would have shut out everybody else.
   */
  async #claim(): Promise<void> {
    const { records, addresses, logger } = this.#options;
    const parents = addresses.flatMap(({ space }) => [drainReportsOf(space), drainRequestsOf(space)]);
    for (const parent of new Set(parents)) {
      // No address, so no gateway or command takes it for its own; not empty, as a node without a value is no record.
      const path = `${parent}/${randomUUID()}`;
      try {
        await records.put(path, Buffer.from('made by a gateway'));
        await records.delete(path);
      } catch (error) {
        logger.warn(
          `Cannot write below ${parent}, so drains here are not shown or told of deadlines. Delete it if it is somebody else's`,
          error,
        );
      }
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work).catch((error: unknown) => {
      this.#options.logger.debug(`The report of the drain failed: ${String(error)}`);
    });
    return this.#turn;
  }
}
