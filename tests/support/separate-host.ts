import { execFile, execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TIMEOUT_MS = 10_000;

const ip = async (...args: readonly string[]): Promise<void> => {
  await run('ip', [...args], { timeout: TIMEOUT_MS });
};

/** Network namespaces need root, or the like, and iproute2. */
export function canSeparateHosts(): boolean {
  const name = `senbon-probe-${process.pid}`;
  try {
    execFileSync('ip', ['netns', 'add', name], { stdio: 'ignore', timeout: TIMEOUT_MS });
    execFileSync('ip', ['netns', 'delete', name], { stdio: 'ignore', timeout: TIMEOUT_MS });
    return true;
  } catch {
    return false;
  }
}

/** A network namespace with one link to this machine, which can be unplugged: then packets are lost, and nobody is told. */
export class SeparateHost implements AsyncDisposable {
  /** Its own address. */
  readonly address: string;
  /** This machine's at the other end of the link. */
  readonly peer: string;
  readonly #name: string;

  private constructor() {
    const id = randomInt(1 << 15);
    // A link's name has 15 characters at most.
    this.#name = `senbon-${id}`;
    // RFC 2544's range for tests between separate networks, four addresses each.
    const net = `198.${18 + (id >> 14)}.${(id >> 6) & 255}.`;
    const first = (id & 63) * 4;
    this.peer = `${net}${first + 1}`;
    this.address = `${net}${first + 2}`;
  }

  static async create(): Promise<SeparateHost> {
    const host = new SeparateHost();
    try {
      await host.#build();
    } catch (error) {
      await host[Symbol.asyncDispose]();
      throw error;
    }
    return host;
  }

  /** Before a command that is to run there. */
  get prefix(): readonly string[] {
    return ['ip', 'netns', 'exec', this.#name];
  }

  /** At its own end: this machine has a route to it still, and no answer. */
  unplug(): Promise<void> {
    return ip('-n', this.#name, 'link', 'set', 'uplink', 'down');
  }

  plug(): Promise<void> {
    return ip('-n', this.#name, 'link', 'set', 'uplink', 'up');
  }

  /** The link goes with it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await ip('netns', 'delete', this.#name).catch(() => {});
  }

  async #build(): Promise<void> {
    const name = this.#name;
    const link = name;
    await ip('netns', 'add', name);
    await ip('link', 'add', link, 'type', 'veth', 'peer', 'name', 'uplink', 'netns', name);
    await ip('address', 'add', `${this.peer}/30`, 'dev', link);
    await ip('link', 'set', link, 'up');
    await ip('-n', name, 'address', 'add', `${this.address}/30`, 'dev', 'uplink');
    await ip('-n', name, 'link', 'set', 'uplink', 'up');
    await ip('-n', name, 'link', 'set', 'lo', 'up');
  }
}
