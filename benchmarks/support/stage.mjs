import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@senbon/core';
import { discoveryPlugin } from '@senbon/discovery-zk';
import { endChild } from './end-child.mjs';

const root = join(import.meta.dirname, '../..');
const START_TIMEOUT_MS = 30_000;

/**
 * A gateway of its own, in temporary folders and on ports from the OS, as a child process. Engines it launches end with
 * `close`.
 */
export class Stage {
  #child;
  #dir;
  #output = '';

  static async open(conf = {}) {
    const stage = new Stage();
    await stage.#start(conf);
    return stage;
  }

  async #start(conf) {
    this.#dir = await mkdtemp(join(tmpdir(), 'senbon-bench-'));
    for (const name of ['conf', 'log', 'work']) await mkdir(join(this.#dir, name));
    const all = {
      'kyuubi.frontend.bind.host': '127.0.0.1',
      'kyuubi.frontend.thrift.binary.bind.port': '0',
      'kyuubi.frontend.thrift.http.bind.port': '0',
      'kyuubi.zookeeper.embedded.client.port': '0',
      'kyuubi.zookeeper.embedded.client.port.address': '127.0.0.1',
      'kyuubi.engine.type': 'DUCKDB',
      // Engines end with the gateway's ZooKeeper, so that a benchmark leaves nothing behind.
      'kyuubi.engine.discovery.lost.timeout': 'PT1S',
      ...conf,
    };
    const args = Object.entries(all).flatMap(([key, value]) => ['--conf', `${key}=${value}`]);
    const env = {
      ...process.env,
      KYUUBI_CONF_DIR: join(this.#dir, 'conf'),
      KYUUBI_LOG_DIR: join(this.#dir, 'log'),
      KYUUBI_WORK_DIR_ROOT: join(this.#dir, 'work'),
    };
    this.#child = spawn(join(root, 'bin/kyuubi'), ['run', ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.#output = (this.#output + text).slice(-100_000);
      });
    }
    this.http = await this.#address(/KyuubiThriftHttpFrontendService: .*jdbc:hive2:\/\/([^:]+):(\d+)\//);
    this.binary = await this.#address(/KyuubiThriftBinaryFrontendService: .*jdbc:hive2:\/\/([^:]+):(\d+)\//);
    this.zooKeeper = await this.#address(/EmbeddedZookeeper is started at ([^:]+):(\d+)/);
    await this.#find(/starting -> running/);
  }

  get pid() {
    return this.#child.pid;
  }

  /** Where the only engine of `user` listens, and the secret its tokens are made from. */
  async engineOf(user) {
    const client = await discoveryPlugin.open(
      {
        addresses: `${this.zooKeeper.host}:${this.zooKeeper.port}`,
        sessionTimeoutMs: 10_000,
        connectTimeoutMs: 5_000,
        conf: new Map(),
        logger: silentLogger,
      },
      {},
    );
    try {
      const [node] = await client.registry.list(`/kyuubi_senbon-1_USER_DUCKDB/${user}/default`);
      const secret = Buffer.from(await readFile(join(this.#dir, 'work/.internal-secret'), 'utf8'), 'hex');
      const { host, port, attributes } = node;
      return { host, port, refId: attributes.refId, pid: await this.#enginePid(), secret };
    } finally {
      await client.close();
    }
  }

  /** The only process besides the gateway that was started with this stage's folders. */
  async #enginePid() {
    const mark = `KYUUBI_WORK_DIR_ROOT=${join(this.#dir, 'work')}\0`;
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name) || Number(name) === this.pid) continue;
      const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
      if (environment.includes(mark)) return Number(name);
    }
    throw new Error('no engine process');
  }

  async close() {
    await endChild(this.#child, this.#dir);
  }

  async #address(pattern) {
    const [, host, port] = await this.#find(pattern);
    return { host, port: Number(port) };
  }

  async #find(pattern) {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match !== null) return match;
      if (this.#child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`the gateway did not start:\n${this.#output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
