import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RestartableServer } from '../process/restartable-server.ts';
import type { ProcessOptions } from '../process/start-process.ts';
import { fourLetterWord } from './four-letter-word.ts';

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

/** One server of an ensemble. Once started, it serves as one of a quorum. */
export class ZooKeeperServer extends RestartableServer {
  readonly #settings: ServerSettings;
  readonly #plan: ServerPlan;

  constructor(settings: ServerSettings, plan: ServerPlan) {
    super(plan.clientPort);
    this.#settings = settings;
    this.#plan = plan;
  }

  /** `leader`, `follower` or `standalone`. */
  async mode(): Promise<string> {
    return /^Mode: (\w+)$/m.exec(await fourLetterWord(this.port, 'srvr'))?.[1] ?? 'unknown';
  }

  protected async command(): Promise<ProcessOptions> {
    const { classpath } = this.#settings;
    const config = await this.#writeConfig();
    return {
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
    };
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
      `clientPort=${this.port}`,
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
