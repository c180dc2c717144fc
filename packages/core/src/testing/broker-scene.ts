import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TProtocolVersion } from '@senbon/hive-thrift';
import { readArea } from '../config/area.ts';
import { Conf } from '../config/conf.ts';
import { engineArea, type ShareLevel } from '../engine/config.ts';
import { EngineBroker, type EngineSessionOrder } from '../engine/engine-broker.ts';
import { EngineDirectory } from '../engine/engine-directory.ts';
import { EngineLauncher } from '../engine/engine-launcher.ts';
import { engineSpaceOf } from '../engine/engine-space.ts';
import type { Permits } from '../observe/permits.ts';
import { createHandle } from '../session/handle.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeEngine } from './fake-engine.ts';
import { FakeEnginePlugin } from './fake-engine-plugin.ts';
import { type MemoryDiscoveryClient, MemoryEnsemble } from './memory-discovery.ts';
import { RecordingLogger } from './recording-logger.ts';

export const SECRET = new Uint8Array(32).fill(3);
/** Alice's. */
export const SPACE = '/kyuubi_v_USER_FAKE/alice/default';

/** What of a gateway stands behind its sessions. */
export interface GatewaySide {
  readonly discovery: MemoryDiscoveryClient;
  readonly broker: EngineBroker;
  readonly engines: EngineDirectory;
}

/** Brokers of one or more gateways on one ensemble, and the engines they find or launch. */
export class BrokerScene {
  readonly clock = new FakeClock();
  readonly ensemble = new MemoryEnsemble(this.clock);
  readonly plugin = new FakeEnginePlugin(this.ensemble);
  readonly logger = new RecordingLogger();
  readonly #dir: string;
  readonly #sides: GatewaySide[] = [];
  readonly #engines: FakeEngine[] = [];

  private constructor(dir: string) {
    this.#dir = dir;
  }

  static async create(): Promise<BrokerScene> {
    return new BrokerScene(await mkdtemp(join(tmpdir(), 'senbon-broker-')));
  }

  gateway(conf: Record<string, string> = {}, permits?: Permits): GatewaySide {
    const { clock, logger } = this;
    const discovery = this.ensemble.client();
    const launcher = new EngineLauncher({
      discovery,
      plugins: new Map([['FAKE', this.plugin]]),
      secret: SECRET,
      workDirRoot: this.#dir,
      permits,
      clock,
      logger,
    });
    const engines = new EngineDirectory({
      config: readArea(engineArea, Conf.of(conf)),
      secret: SECRET,
      clock,
    });
    const broker = new EngineBroker({ discovery, launcher, engines, clock, logger });
    const made = { discovery, broker, engines };
    this.#sides.push(made);
    return made;
  }

  /** An engine somebody else launched before. */
  async present(space = SPACE, engine?: FakeEngine): Promise<FakeEngine> {
    const started = engine ?? (await FakeEngine.start());
    this.#engines.push(started);
    this.ensemble.add(space, { host: '127.0.0.1', port: started.port, version: 'v', refId: 'old' }, null);
    return started;
  }

  async close(): Promise<void> {
    await Promise.all(this.#sides.map(({ broker }) => broker.close()));
    for (const { engines } of this.#sides) engines.close();
    await this.plugin.close();
    await Promise.all(this.#engines.map((engine) => engine.close()));
    await rm(this.#dir, { recursive: true });
  }
}

export interface OrderOptions {
  readonly shareLevel?: ShareLevel;
  readonly conf?: Record<string, string>;
  readonly signal?: AbortSignal;
  readonly log?: (line: string) => void;
  readonly user?: string;
}

export function orderOf(options: OrderOptions = {}): EngineSessionOrder {
  const { id } = createHandle();
  const user = options.user ?? 'alice';
  return {
    space: engineSpaceOf({
      namespace: 'kyuubi',
      version: 'v',
      shareLevel: options.shareLevel ?? 'USER',
      engineType: 'FAKE',
      sessionUser: user,
      group: user,
      serverUser: 'svc',
      serverIp: '127.0.0.1',
      subdomain: null,
      refId: id,
    }),
    sessionId: id,
    user,
    protocol: TProtocolVersion.V10,
    sessionConf: new Map([['use:database', 'sales']]),
    launchConf: () => new Map([['a', '1']]),
    config: readArea(engineArea, Conf.of(options.conf ?? {})),
    log: options.log ?? (() => {}),
    signal: options.signal ?? new AbortController().signal,
  };
}
