import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type OwnedProcess, startProcess } from '../process/start-process.ts';
import { fourLetterWord } from './four-letter-word.ts';

const START_TIMEOUT_MS = 20_000;
const STOP_GRACE_MS = 5_000;

export interface ServerPlan {
  /** 1 upward. */
  readonly id: number;
  readonly clientPort: number;
  readonly quorumPort: number;
  readonly electionPort: number;
}

export interface ServerSettings {
  /** Java's class path, as in `/jars/*`. */
  readonly classpath: string;
  readonly dir: string;
  /** Session deadlines are rounded up to it; the least session time-out is twice of it. */
  readonly tickTimeMs: number;
  /** After so long without a word between leader and follower there is an election. */
  readonly syncTimeoutMs: number;
  readonly plans: readonly ServerPlan[];
}

/** One server of an ensemble, and the process that is it at present. */
export class ZooKeeperServer {
  readonly #settings: ServerSettings;
  readonly #plan: ServerPlan;
  #process: OwnedProcess | null = null;

  constructor(settings: ServerSettings, plan: ServerPlan) {
    this.#settings = settings;
    this.#plan = plan;
  }

  get port(): number {
    return this.#plan.clientPort;
  }

  get address(): string {
    return `127.0.0.1:${this.#plan.clientPort}`;
  }

  get pid(): number {
    return this.#process?.pid ?? -1;
  }

  /** The end of what it printed. */
  output(): string {
    return this.#process?.output() ?? '';
  }

  /** Starts it on its port and with its data. Resolves when this very process serves. */
  async start(): Promise<void> {
    const { classpath } = this.#settings;
    const config = await this.#writeConfig();
    this.#process = await startProcess({
      command: 'java',
      // The serial collector and the first compiler are the cheapest way to a server that lives for seconds.
      args: [
        '-Xmx256m',
        '-XX:+UseSerialGC',
        '-XX:TieredStopAtLevel=1',
        '-Djava.net.preferIPv4Stack=true',
        '-cp',
        classpath,
        'org.apache.zookeeper.server.quorum.QuorumPeerMain',
        config,
      ],
      name: `ZooKeeper server ${this.#plan.id} on ${this.address}`,
      ready: () => this.#serves(),
      timeoutMs: START_TIMEOUT_MS,
    });
  }

  /** `leader`, `follower` or `standalone`. */
  async mode(): Promise<string> {
    return /^Mode: (\w+)$/m.exec(await fourLetterWord(this.port, 'srvr'))?.[1] ?? 'unknown';
  }

  async stop(): Promise<void> {
    await this.#process?.stop(STOP_GRACE_MS);
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  async stall(): Promise<void> {
    await this.#process?.stall();
  }

  resume(): void {
    this.#process?.resume();
  }

  get #dataDir(): string {
    return join(this.#settings.dir, `server-${this.#plan.id}`);
  }

  /** A stranger may have taken the port: only our server has our data folder. */
  async #serves(): Promise<boolean> {
    const conf = await fourLetterWord(this.port, 'conf');
    if (!conf.includes(this.#dataDir)) return false;
    return this.#settings.plans.length === 1 || ['leader', 'follower'].includes(await this.mode());
  }

  async #writeConfig(): Promise<string> {
    const { plans, tickTimeMs, syncTimeoutMs, dir } = this.#settings;
    await mkdir(this.#dataDir, { recursive: true });
    const lines = [
      `tickTime=${tickTimeMs}`,
      `dataDir=${this.#dataDir}`,
      `clientPort=${this.#plan.clientPort}`,
      'clientPortAddress=127.0.0.1',
      'maxClientCnxns=0',
      'maxSessionTimeout=60000',
      'admin.enableServer=false',
      '4lw.commands.whitelist=*',
    ];
    if (plans.length > 1) {
      // In ticks: long enough for a machine that is busy with other tests.
      lines.push(
        `initLimit=${Math.ceil(20_000 / tickTimeMs)}`,
        `syncLimit=${Math.ceil(syncTimeoutMs / tickTimeMs)}`,
      );
      lines.push(...plans.map((p) => `server.${p.id}=127.0.0.1:${p.quorumPort}:${p.electionPort}`));
      await writeFile(join(this.#dataDir, 'myid'), String(this.#plan.id));
    }
    const path = join(dir, `server-${this.#plan.id}.cfg`);
    await writeFile(path, `${lines.join('\n')}\n`);
    return path;
  }
}
