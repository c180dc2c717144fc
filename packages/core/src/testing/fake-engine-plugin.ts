import type {
  EngineExit,
  EnginePlugin,
  LaunchContext,
  LaunchedEngine,
  LaunchRequest,
} from '../ports/engine.ts';
import { FakeEngine } from './fake-engine.ts';
import type { MemoryEnsemble } from './memory-discovery.ts';

/** One launch as the test sees it: what was asked for, and the levers to let it go on. */
export class FakeLaunch implements LaunchedEngine {
  readonly id: string;
  readonly request: LaunchRequest;
  readonly context: LaunchContext;
  readonly exited: Promise<EngineExit>;
  readonly ended: Promise<string>;
  /** What runs on a cluster, say, is over. */
  endElsewhere: (why: string) => void = () => {};
  engine: FakeEngine | null = null;
  /** Its engine, once that is registered. */
  readonly registered: Promise<FakeEngine>;
  hasRegistered: (engine: FakeEngine) => void = () => {};
  kills = 0;
  readonly #lines: string[] = [];
  #exit: ((exit: EngineExit) => void) | null = null;
  #wake: () => void = () => {};
  #isOver = false;

  constructor(id: string, request: LaunchRequest, context: LaunchContext) {
    this.id = id;
    this.request = request;
    this.context = context;
    this.registered = new Promise((resolve) => {
      this.hasRegistered = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.endElsewhere = resolve;
    });
    this.exited = new Promise((resolve) => {
      this.#exit = resolve;
    });
  }

  print(...lines: string[]): void {
    this.#lines.push(...lines);
    this.#wake();
  }

  async *log({ signal }: { signal?: AbortSignal }): AsyncIterable<string> {
    signal?.addEventListener('abort', () => this.#wake(), { once: true });
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) yield line;
      else if (this.#isOver || signal?.aborted === true) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  /** Ends the process. Its node, if any, stays behind, as after `kill -9`. */
  async exit(exit: EngineExit): Promise<void> {
    await this.engine?.close();
    this.#isOver = true;
    this.#wake();
    this.#exit?.(exit);
  }

  /** The launcher exits, and the engine lives on. */
  leave(): void {
    this.#exit?.({ code: 0, signal: null, meansDeath: false });
  }

  async kill(): Promise<void> {
    this.kills++;
    await this.exit({ code: null, signal: 'SIGKILL' });
  }
}

/** Launches fake engines that register in `ensemble`; a test may hold them back before they do. */
export class FakeEnginePlugin implements EnginePlugin {
  readonly type: string;
  readonly supports = { sharedConnections: true, gatewayToken: true };
  readonly launches: FakeLaunch[] = [];
  /** What happens instead of registering at once. */
  onLaunch: (launch: FakeLaunch) => Promise<void> = (launch) => this.register(launch);
  readonly #ensemble: MemoryEnsemble;
  #waiting: (() => void)[] = [];

  constructor(ensemble: MemoryEnsemble, type = 'FAKE') {
    this.#ensemble = ensemble;
    this.type = type;
  }

  async launch(request: LaunchRequest, context: LaunchContext): Promise<LaunchedEngine> {
    const launch = new FakeLaunch(`fake-${this.launches.length + 1}`, request, context);
    this.launches.push(launch);
    for (const wake of this.#waiting.splice(0)) wake();
    await this.onLaunch(launch);
    return launch;
  }

  /** Starts the engine and puts it into the space it was asked for. */
  async register(launch: FakeLaunch, engine?: FakeEngine): Promise<void> {
    launch.engine = engine ?? (await FakeEngine.start());
    const { space, refId } = launch.request;
    this.#ensemble.add(space, { host: '127.0.0.1', port: launch.engine.port, version: 'fake', refId }, null);
    launch.hasRegistered(launch.engine);
  }

  /** The `count`-th launch, once it was asked for. */
  async launched(count = 1): Promise<FakeLaunch> {
    while (this.launches.length < count) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    return this.launches[count - 1] as FakeLaunch;
  }

  async close(): Promise<void> {
    await Promise.all(this.launches.map((launch) => launch.kill()));
  }
}
