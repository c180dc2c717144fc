import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Output } from './output.ts';
import { type TaggedProcess, endTagged, taggedProcesses } from './tagged-processes.ts';

const root = join(import.meta.dirname, '../..');

/** A cold start on two busy cores; the aim is about one second. */
const START_TIMEOUT_MS = 30_000;
/** From SIGTERM to the end of a gateway, and of an engine that serves nobody. */
const STOP_TIMEOUT_MS = 15_000;

export interface GatewayOptions {
  readonly conf?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A gateway that runs and serves. */
export class Gateway {
  readonly binary: Address;
  readonly http: Address;
  /** The embedded ZooKeeper's, when the gateway was not given one. */
  readonly zooKeeper: Address | undefined;
  readonly output: Output;
  readonly #child: ChildProcess;

  constructor(
    child: ChildProcess,
    output: Output,
    at: { binary: Address; http: Address; zooKeeper?: Address },
  ) {
    this.#child = child;
    this.output = output;
    this.binary = at.binary;
    this.http = at.http;
    this.zooKeeper = at.zooKeeper;
  }

  get pid(): number {
    // Set, since it has printed its start-up lines.
    return this.#child.pid ?? Number.NaN;
  }

  /** JDBC URLs of this gateway, by the way a client comes in. */
  get urls(): { binary: string; http: string; zooKeeper: string } {
    const { binary, http, zooKeeper } = this;
    return {
      binary: `jdbc:hive2://${binary.host}:${binary.port}/default`,
      http: `jdbc:hive2://${http.host}:${http.port}/default;transportMode=http;httpPath=cliservice`,
      zooKeeper:
        `jdbc:hive2://${zooKeeper?.host}:${zooKeeper?.port}/;` +
        'serviceDiscoveryMode=zooKeeper;zooKeeperNamespace=kyuubi',
    };
  }

  /** SIGTERM and wait; rejects when it has to be killed after all. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** SIGKILL: what a crash or the kernel's memory killer does. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (hasEnded(this.#child)) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
    if (signal === 'SIGTERM' && this.#child.signalCode === 'SIGKILL') {
      throw new Error(
        `the gateway did not end within ${STOP_TIMEOUT_MS} ms of SIGTERM:\n${this.output.text.slice(-4_000)}`,
      );
    }
  }
}

/** This process's environment without what would steer a gateway: a Spark or a Kyuubi of the developer's own. */
function cleanEnvironment(): Record<string, string | undefined> {
  const steers = /^(KYUUBI|SENBON|SPARK|HADOOP|HIVE)_/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !steers.test(name)));
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/**
 * The folders of one or more gateways that share their engines, and the owner of every process that runs out of them.
 * Engines outlive their gateway by design; they must not outlive their test.
 */
export class GatewayHome {
  /** Unique on this machine; stands in the environment of each process that belongs to this home. */
  readonly dir: string;
  readonly #gateways: Gateway[] = [];

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async create(): Promise<GatewayHome> {
    const dir = await mkdtemp(join(tmpdir(), 'senbon-gateway-'));
    for (const name of ['conf', 'log', 'work', 'pid']) await mkdir(join(dir, name));
    return new GatewayHome(dir);
  }

  /** The processes of this home that are not gateways: engines, and whatever an engine or its launcher started. */
  engines(): TaggedProcess[] {
    const gateways = new Set(this.#gateways.map((gateway) => gateway.pid));
    return taggedProcesses(this.dir).filter(({ pid }) => !gateways.has(pid));
  }

  /** Starts a gateway on free ports of the loopback interface and waits until it serves. */
  async start({ conf = {}, env = {} }: GatewayOptions = {}): Promise<Gateway> {
    const settings = { ...this.#defaults(), ...conf };
    const args = Object.entries(settings).flatMap(([key, value]) => ['--conf', `${key}=${value}`]);
    const child = spawn(process.execPath, [join(root, 'bin/kyuubi'), 'run', ...args], {
      env: { ...cleanEnvironment(), ...this.#environment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    process.once('exit', () => child.kill('SIGKILL'));
    const output = new Output([child.stdout, child.stderr]);
    child.once('close', () => output.end());
    child.once('error', () => output.end());
    try {
      const gateway = new Gateway(child, output, await addressesIn(output, settings));
      this.#gateways.push(gateway);
      return gateway;
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** Stops the gateways, then the engines, removes the folders, and rejects when anything had to be killed. */
  async close(): Promise<void> {
    const stopped = await Promise.allSettled(this.#gateways.map(async (gateway) => gateway.stop()));
    const stubborn = await endTagged(this.dir, STOP_TIMEOUT_MS);
    await rm(this.dir, { recursive: true, force: true });
    const failed = stopped
      .filter((result) => result.status === 'rejected')
      .map((result) => String(result.reason));
    const orphans = stubborn.map(({ pid, command }) => `process ${pid} did not end on SIGTERM: ${command}`);
    if (failed.length + orphans.length > 0) throw new Error([...failed, ...orphans].join('\n'));
  }

  #defaults(): Record<string, string> {
    return {
      'kyuubi.frontend.bind.host': '127.0.0.1',
      'kyuubi.frontend.protocols': 'THRIFT_BINARY,THRIFT_HTTP',
      'kyuubi.frontend.thrift.binary.bind.port': '0',
      'kyuubi.frontend.thrift.http.bind.port': '0',
      'kyuubi.zookeeper.embedded.client.port': '0',
    };
  }

  #environment(): Record<string, string> {
    return {
      KYUUBI_CONF_DIR: join(this.dir, 'conf'),
      KYUUBI_LOG_DIR: join(this.dir, 'log'),
      KYUUBI_WORK_DIR_ROOT: join(this.dir, 'work'),
      KYUUBI_PID_DIR: join(this.dir, 'pid'),
    };
  }
}

const frontendLine = (service: string): RegExp =>
  new RegExp(
    `server\\.${service}: Starting and exposing JDBC connection at: jdbc:hive2://([^/\\s]+):(\\d+)/`,
  );

async function addressesIn(output: Output, conf: Readonly<Record<string, string>>) {
  const deadline = performance.now() + START_TIMEOUT_MS;
  const address = async (pattern: RegExp): Promise<Address> => {
    const [, host = '', port] = await output.waitFor(pattern, Math.max(0, deadline - performance.now()));
    return { host, port: Number(port) };
  };
  const external = (conf['kyuubi.ha.addresses'] ?? conf['kyuubi.ha.zookeeper.quorum']) !== undefined;
  const binary = await address(frontendLine('KyuubiThriftBinaryFrontendService'));
  const http = await address(frontendLine('KyuubiThriftHttpFrontendService'));
  if (external) return { binary, http };
  return { binary, http, zooKeeper: await address(/EmbeddedZookeeper is started at ([^\s:]+):(\d+)/) };
}

/** One gateway in a home of its own. `close()` stops it and its engines, and rejects when anything had to be killed. */
export async function startGateway(
  options: GatewayOptions = {},
): Promise<{ gateway: Gateway; home: GatewayHome }> {
  const home = await GatewayHome.create();
  try {
    return { gateway: await home.start(options), home };
  } catch (error) {
    await home.close();
    throw error;
  }
}
