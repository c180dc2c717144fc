import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpTransport, type RequestOf, ThriftConnection, TProtocolVersion } from '@senbon/hive-thrift';
import { Conf } from '../config/conf.ts';
import { Gateway, GatewayState } from '../gateway.ts';
import { ownGroup } from '../groups/own-group.ts';
import type { Inheritance } from '../handover/inheritance.ts';
import type { Clock } from '../ports/clock.ts';
import type { GroupProvider } from '../ports/groups.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeEnginePlugin } from './fake-engine-plugin.ts';
import type { FakeEngine } from './fake-engine.ts';
import { MemoryEnsemble } from './memory-discovery.ts';
import { RawSocket } from './raw-socket.ts';
import { RecordingLogger } from './recording-logger.ts';

export const PROTOCOL = TProtocolVersion.V10;

/** Of a gateway beside it. */
export interface SharedParts {
  readonly ensemble: MemoryEnsemble;
  readonly clock: FakeClock;
  readonly inheritance?: Inheritance;
  readonly groupProvider?: GroupProvider;
}

/** A whole gateway on free ports, with a clock that stands still, discovery in memory and engines in this process. */
export class TestGateway {
  readonly clock: FakeClock;
  readonly ensemble: MemoryEnsemble;
  readonly plugin: FakeEnginePlugin;
  readonly logger = new RecordingLogger();
  readonly gateway: Gateway;
  readonly #dir: string;
  readonly #connections: { destroy(error: Error): void }[] = [];

  /** Not started yet. */
  static async create(conf: Record<string, string> = {}, shared?: SharedParts): Promise<TestGateway> {
    const dir = await mkdtemp(join(tmpdir(), 'senbon-gateway-'));
    return new TestGateway(dir, conf, shared);
  }

  static async start(conf: Record<string, string> = {}): Promise<TestGateway> {
    const made = await TestGateway.create(conf);
    await made.gateway.start();
    return made;
  }

  private constructor(dir: string, conf: Record<string, string>, shared?: SharedParts) {
    this.#dir = dir;
    this.clock = shared?.clock ?? new FakeClock();
    this.ensemble = shared?.ensemble ?? new MemoryEnsemble(this.clock as Clock);
    this.plugin = new FakeEnginePlugin(this.ensemble);
    this.gateway = new Gateway({
      conf: Conf.of({
        'kyuubi.frontend.thrift.binary.bind.port': '0',
        'kyuubi.frontend.thrift.http.bind.port': '0',
        'kyuubi.frontend.rest.bind.port': '0',
        'kyuubi.frontend.bind.host': '127.0.0.1',
        // Its timer is like those that tests look for.
        'kyuubi.ha.load.report.interval': '0',
        ...conf,
      }),
      version: '0.0.0-test',
      discovery: { plugin: this.ensemble.plugin, addresses: 'memory:0', isEmbedded: true },
      enginePlugins: [this.plugin],
      groupProvider: shared?.groupProvider ?? ownGroup,
      defaultEngineType: 'FAKE',
      confDir: dir,
      workDirRoot: join(dir, 'work'),
      serverUser: 'svc',
      inheritance: shared?.inheritance,
      clock: this.clock,
      logger: this.logger,
    });
  }

  get workDirRoot(): string {
    return join(this.#dir, 'work');
  }

  portOf(protocol: string): number {
    return this.gateway.frontends.find((frontend) => frontend.protocol === protocol)?.port ?? 0;
  }

  get binaryPort(): number {
    return this.portOf('THRIFT_BINARY');
  }

  get httpPort(): number {
    return this.portOf('THRIFT_HTTP');
  }

  /** The engine of the n-th launch. */
  engine(launch = 0): FakeEngine {
    const { engine } = this.plugin.launches[launch] ?? { engine: null };
    if (engine === null) throw new Error(`launch ${launch} has no engine`);
    return engine;
  }

  /** The same, once a session is open on it. */
  async readyEngine(launch = 0): Promise<FakeEngine> {
    const engine = await (await this.plugin.launched(launch + 1)).registered;
    await engine.until(({ answered }) => answered.includes('OpenSession'));
    return engine;
  }

  async connect(user = 'alice'): Promise<ThriftConnection> {
    const auth = { mechanism: 'PLAIN', user, password: 'x' } as const;
    const connection = await ThriftConnection.connect({ host: '127.0.0.1', port: this.binaryPort, auth });
    this.#connections.push(connection);
    return connection;
  }

  http(user = 'alice'): HttpTransport {
    const auth = { scheme: 'basic', user, password: 'x' } as const;
    const transport = new HttpTransport({ url: `http://127.0.0.1:${this.httpPort}/cliservice`, auth });
    this.#connections.push(transport);
    return transport;
  }

  async raw(port = this.binaryPort): Promise<RawSocket> {
    const raw = await RawSocket.open(port);
    this.#connections.push(raw);
    return raw;
  }

  async stop(): Promise<void> {
    for (const connection of this.#connections) connection.destroy(new Error('the test is over'));
    const stopped = this.gateway.destroy('the test is over');
    // Engines that a test has silenced do not answer CloseSession: time must pass.
    while (this.gateway.state !== GatewayState.stopped) {
      await new Promise(setImmediate);
      this.clock.advance(100);
    }
    await stopped;
    await this.plugin.close();
    await rm(this.#dir, { recursive: true, force: true });
  }
}

export function openRequest(configuration: Record<string, string> = {}): RequestOf<'OpenSession'> {
  return { clientProtocol: PROTOCOL, configuration: new Map(Object.entries(configuration)) };
}
