import {
  type Clock,
  type DiscoveryClient,
  type DrainReport,
  drainReportPath,
  drainRequestPath,
  parseDrainReport,
  type ServerAddress,
} from '@senbon/core';
import { nodesAt } from '../nodes.ts';

/** Exit codes of `--wait`; 1 is a command that failed. */
export const DrainEnd = {
  /** It has closed everything. */
  gone: 0,
  /** It is still there after its deadline. */
  late: 2,
  /** Nobody heard the request, or the reports have stopped: killed, hung, or no gateway of ours. */
  silent: 3,
  /** Somebody undid the drain: it serves again. */
  undone: 4,
  /** Nobody was registered there or draining, so nobody was waited for. */
  absent: 5,
} as const;
export type DrainEnd = (typeof DrainEnd)[keyof typeof DrainEnd];
/** Of a drain that was there to be watched. */
export type WatchEnd = Exclude<DrainEnd, typeof DrainEnd.absent>;

const POLL_MS = 500;
/** A gateway looks for requests every second, and reports every five. */
const SILENCE_MS = 15_000;
/** After the deadline: a gateway lets clients take their last answers and tells its engines. */
const FAREWELL_MS = 30_000;

export interface DrainWatchOptions {
  readonly discovery: DiscoveryClient;
  readonly address: ServerAddress;
  readonly deadlineMs: number | null;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

interface Sight {
  readonly report: { readonly value: DrainReport | null; readonly version: number } | null;
  readonly isRequested: boolean;
}

/** Follows the drain of one gateway. Reports are judged by whether they change, never by the gateway's clock. */
export class DrainWatch {
  readonly #options: DrainWatchOptions;
  readonly #startMs: number;
  #changedAtMs: number;
  #version = -1;
  #hasReported: boolean;
  #line = '';

  constructor(options: DrainWatchOptions, hasReported: boolean) {
    this.#options = options;
    this.#hasReported = hasReported;
    this.#startMs = options.clock.now();
    this.#changedAtMs = this.#startMs;
  }

  async end(): Promise<WatchEnd> {
    const { clock } = this.#options;
    for (;;) {
      const end = await this.#judge(await this.#look());
      if (end !== null) return end;
      await new Promise<void>((resolve) => {
        // The clock's own timers do not keep a process alive; the connection to discovery does.
        clock.after(POLL_MS, resolve);
      });
    }
  }

  async #look(): Promise<Sight> {
    const { discovery, address } = this.#options;
    const { records } = discovery;
    // The request first: a gateway reports before it deletes the request.
    const isRequested = (await records.get(drainRequestPath(address))) !== null;
    const entry = await records.get(drainReportPath(address));
    const report = entry && { value: parseDrainReport(entry.value), version: entry.version };
    return { report, isRequested };
  }

  async #judge({ report, isRequested }: Sight): Promise<WatchEnd | null> {
    const { deadlineMs, clock } = this.#options;
    const now = clock.now();
    if (report === null) {
      if (this.#hasReported || !isRequested)
        return (await this.#isRegistered()) ? DrainEnd.undone : DrainEnd.gone;
    } else {
      this.#hasReported = true;
      if (report.version !== this.#version) this.#changedAtMs = now;
      this.#version = report.version;
      if (report.value !== null) this.#tell(report.value);
    }
    if (now - this.#changedAtMs >= SILENCE_MS) return DrainEnd.silent;
    return deadlineMs !== null && now - this.#startMs >= deadlineMs + FAREWELL_MS ? DrainEnd.late : null;
  }

  async #isRegistered(): Promise<boolean> {
    const { discovery, address } = this.#options;
    return nodesAt(await discovery.registry.list(address.space), address).length > 0;
  }

  #tell({ sessions, users }: DrainReport): void {
    const { address, say } = this.#options;
    const names = users.map(({ user, sessions: count }) => `${user} ${count}`).join(', ');
    const line = `${address.host}:${address.port} drains, ${sessions} session(s) are open${names === '' ? '' : `: ${names}`}`;
    if (line !== this.#line) say(line);
    this.#line = line;
  }
}
