import { type OwnedProcess, startProcess } from '@senbon/testkit';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type TaggedProcess, endTagged, taggedProcesses } from './tagged-processes.ts';

const root = join(import.meta.dirname, '../..');

/** A cold start on two busy cores; the aim is about one second. */
const START_TIMEOUT_MS = 30_000;
/** From SIGTERM to the end of a gateway, and of an engine that serves nobody. */
const STOP_TIMEOUT_MS = 15_000;

export interface GatewayOptions {
  readonly conf?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** File handles that it and its engines may have. */
  readonly maxFiles?: number;
  /** Stands before its command, as in `ip netns exec NAME`. */
  readonly prefix?: readonly string[];
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
  readonly #process: OwnedProcess;

  constructor(process: OwnedProcess, at: Addresses) {
    this.#process = process;
    this.binary = at.binary;
    this.http = at.http;
    this.zooKeeper = at.zooKeeper;
  }

  get pid(): number {
    return this.#process.pid;
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

  /** The newest of what it has logged. */
  log(): string {
    return this.#process.output();
  }

  /** Resolves with the first line of its log, old or new, that matches. */
  waitForLine(pattern: RegExp, timeoutMs?: number): Promise<string> {
    return this.#process.waitForLine(pattern, timeoutMs);
  }

  /** SIGTERM and wait; rejects when it has to be killed after all. Idempotent, also after `kill`. */
  async stop(): Promise<void> {
    if (!this.#process.isRunning) return;
    const { signal } = await this.#process.stop(STOP_TIMEOUT_MS);
    if (signal !== null) {
      const output = this.#process.output().slice(-4_000);
      throw new Error(`the gateway did not end within ${STOP_TIMEOUT_MS} ms of SIGTERM:\n${output}`);
    }
  }

  /** Resolves when it has ended by itself; rejects when it does not. A signal at its last moment would be its death. */
  async ended(): Promise<void> {
    const late = delay(STOP_TIMEOUT_MS, null, { ref: false });
    const exit = await Promise.race([this.#process.exited, late]);
    if (exit?.code === 0) return;
    const how =
      exit === null ? `did not end within ${STOP_TIMEOUT_MS} ms` : `ended with ${exit.signal ?? exit.code}`;
    throw new Error(`the gateway ${how}:\n${this.#process.output().slice(-4_000)}`);
  }

  /** SIGKILL: what a crash or the kernel's memory killer does. */
  async kill(): Promise<void> {
    await this.#process.kill();
  }
}

function limited(maxFiles: number | undefined, [command = '', ...args]: readonly string[]) {
  if (maxFiles === undefined) return { command, args };
  return { command: 'bash', args: ['-c', 'ulimit -n "$0"; exec "$@"', String(maxFiles), command, ...args] };
}

/** Takes away what would steer a gateway: a Spark or a Kyuubi of the developer's own. */
function neutralEnvironment(): Record<string, undefined> {
  const steering = Object.keys(process.env).filter((name) => /^(KYUUBI|SPARK|HADOOP|HIVE)_/.test(name));
  return Object.fromEntries(steering.map((name) => [name, undefined]));
}

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
  async start({ conf = {}, env = {}, maxFiles, prefix = [] }: GatewayOptions = {}): Promise<Gateway> {
    const settings = { ...this.#defaults(), ...conf };
    const args = Object.entries(settings).flatMap(([key, value]) => ['--conf', `${key}=${value}`]);
    const process = await startProcess({
      name: 'gateway',
      ...limited(maxFiles, [...prefix, join(root, 'bin/kyuubi'), 'run', ...args]),
      env: { ...neutralEnvironment(), ...this.#environment(), ...env },
    });
    try {
      const gateway = new Gateway(process, await addressesOf(process, settings));
      this.#gateways.push(gateway);
      return gateway;
    } catch (error) {
      await process.kill();
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
      'kyuubi.zookeeper.embedded.client.port.address': '127.0.0.1',
      // A test that left a session open must not hold its gateway for an hour.
      'kyuubi.server.drain.deadline': 'PT5S',
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

interface Addresses {
  readonly binary: Address;
  readonly http: Address;
  readonly zooKeeper: Address | undefined;
}

async function addressesOf(
  process: OwnedProcess,
  conf: Readonly<Record<string, string>>,
): Promise<Addresses> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  const address = async (pattern: RegExp): Promise<Address> => {
    const line = await process.waitForLine(pattern, Math.max(1, deadline - performance.now()));
    const [, host = '', port] = pattern.exec(line) ?? [];
    return { host, port: Number(port) };
  };
  const isEmbedded = (conf['kyuubi.ha.addresses'] ?? conf['kyuubi.ha.zookeeper.quorum']) === undefined;
  await process.waitForLine(/: starting -> running /, START_TIMEOUT_MS);
  return {
    binary: await address(frontendLine('KyuubiThriftBinaryFrontendService')),
    http: await address(frontendLine('KyuubiThriftHttpFrontendService')),
    zooKeeper: isEmbedded ? await address(/EmbeddedZookeeper is started at ([^\s:]+):(\d+)/) : undefined,
  };
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
