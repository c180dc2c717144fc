import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RestartableServer } from '../process/restartable-server.ts';
import type { ProcessOptions } from '../process/start-process.ts';

const run = promisify(execFile);

const CTL_TIMEOUT_MS = 10_000;

export interface MemberPlan {
  readonly name: string;
  readonly clientPort: number;
  readonly peerPort: number;
}

/** Files in PEM. Members then speak TLS to clients, who must show a certificate of the same authority. */
export interface MemberTls {
  readonly caPath: string;
  readonly certificatePath: string;
  readonly keyPath: string;
}

export interface MemberSettings {
  /** With `etcd` and `etcdctl` in it. */
  readonly binDir: string;
  readonly dir: string;
  readonly plans: readonly MemberPlan[];
  readonly tls?: MemberTls | undefined;
}

/** One member of a cluster. Once started, it serves as a member of a cluster that has a leader. */
export class EtcdMember extends RestartableServer {
  readonly #settings: MemberSettings;
  readonly #plan: MemberPlan;

  constructor(settings: MemberSettings, plan: MemberPlan) {
    super(plan.clientPort);
    this.#settings = settings;
    this.#plan = plan;
  }

  async isLeader(): Promise<boolean> {
    const [{ Status }] = JSON.parse(await this.ctl('endpoint', 'status', '--write-out=json')) as [
      { Status: { leader: number; header: { member_id: number } } },
    ];
    return Status.leader === Status.header.member_id;
  }

  /** Runs `etcdctl` against this member and returns what it prints. */
  async ctl(...args: readonly string[]): Promise<string> {
    const { binDir, tls } = this.#settings;
    const secure =
      tls === undefined ? [] : ['--cacert', tls.caPath, '--cert', tls.certificatePath, '--key', tls.keyPath];
    const { stdout } = await run(
      join(binDir, 'etcdctl'),
      [`--endpoints=${this.#scheme}://${this.address}`, ...secure, ...args],
      { timeout: CTL_TIMEOUT_MS, env: { ...process.env, ETCDCTL_API: '3' } },
    );
    return stdout;
  }

  protected async command(): Promise<ProcessOptions> {
    const { binDir, dir } = this.#settings;
    await mkdir(dir, { recursive: true });
    return {
      command: join(binDir, 'etcd'),
      args: this.#args(),
      // Variables named ETCD_… would be read as flags.
      env: Object.fromEntries(
        Object.keys(process.env).flatMap((name) => (name.startsWith('ETCD_') ? [[name, undefined]] : [])),
      ),
      name: `etcd ${this.#plan.name} on ${this.address}`,
      // Said by this very process, which ends when it cannot have its ports.
      ready: /ready to serve client requests/,
    };
  }

  get #scheme(): string {
    return this.#settings.tls === undefined ? 'http' : 'https';
  }

  #args(): string[] {
    const { plans, dir, tls } = this.#settings;
    const { name, peerPort } = this.#plan;
    const client = `${this.#scheme}://${this.address}`;
    const peer = `http://127.0.0.1:${peerPort}`;
    const cluster = plans.map((plan) => `${plan.name}=http://127.0.0.1:${plan.peerPort}`).join(',');
    const args = [
      `--name=${name}`,
      `--data-dir=${join(dir, name)}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=${cluster}`,
      // For the shortest leases: they may not end before an election can have.
      '--heartbeat-interval=50',
      '--election-timeout=500',
    ];
    if (tls === undefined) return args;
    const secure = [
      `--trusted-ca-file=${tls.caPath}`,
      `--cert-file=${tls.certificatePath}`,
      `--key-file=${tls.keyPath}`,
    ];
    return [...args, '--client-cert-auth', ...secure];
  }
}
