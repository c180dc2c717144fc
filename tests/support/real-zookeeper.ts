import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address } from './gateway.ts';
import { jarsOf } from './jars.ts';
import { Output } from './output.ts';

const START_TIMEOUT_MS = 30_000;

/** Apache's ZooKeeper server, one node, in a folder of its own. `await using` ends it. */
export interface RealZooKeeper extends AsyncDisposable {
  readonly address: Address;
  /** For `kyuubi.ha.addresses`. */
  readonly connectString: string;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Resolves when this very process serves: its own log is waited for, not whoever answers on the port. */
export async function startRealZooKeeper(): Promise<RealZooKeeper> {
  const { classpath } = await jarsOf('zookeeper-server');
  const dir = await mkdtemp(join(tmpdir(), 'senbon-zookeeper-'));
  const address: Address = { host: '127.0.0.1', port: await freePort() };
  const settings = {
    tickTime: 1_000,
    dataDir: join(dir, 'data'),
    clientPort: address.port,
    clientPortAddress: address.host,
    maxClientCnxns: 0,
    'admin.enableServer': false,
  };
  const config = join(dir, 'zoo.cfg');
  await writeFile(
    config,
    Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
  const child = spawn('java', ['-Xmx256m', '-cp', classpath, main, config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killChild = (): void => void child.kill('SIGKILL');
  process.once('exit', killChild);
  const output = new Output([child.stdout, child.stderr]);
  const ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  void ended.then(() => output.end());
  const dispose = async (): Promise<void> => {
    killChild();
    await ended;
    process.off('exit', killChild);
    await rm(dir, { recursive: true, force: true });
  };
  try {
    // Logged by the main thread once the server has begun to serve; the port is bound long before.
    await output.waitFor(/ContainerManager - Using checkIntervalMs/, START_TIMEOUT_MS);
  } catch (error) {
    await dispose();
    throw error;
  }
  return { address, connectString: `${address.host}:${address.port}`, [Symbol.asyncDispose]: dispose };
}
