import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { jarsOf } from '../support/jars.ts';

const START_TIMEOUT_MS = 30_000;
const MAX_LOG_CHARS = 4000;

export interface RealZooKeeper {
  readonly address: string;
  close(): Promise<void>;
}

/** Apache's own server, alone, on a free port, in a folder of its own. */
export async function startRealZooKeeper(): Promise<RealZooKeeper> {
  const { classpath } = await jarsOf('zookeeper-server');
  const dataDir = await mkdtemp(join(tmpdir(), 'senbon-zookeeper-'));
  const port = await freePort();
  const config = join(dataDir, 'zk.cfg');
  await writeFile(
    config,
    `dataDir=${dataDir}\nclientPort=${port}\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n4lw.commands.whitelist=*\n`,
  );
  const child = spawn(
    'java',
    [
      '-Xmx256m',
      // TTL nodes, which are off by default; and no sweep of containers while two servers are compared.
      '-Dzookeeper.extendedTypesEnabled=true',
      '-Dznode.container.checkIntervalMs=3600000',
      '-cp',
      classpath,
      'org.apache.zookeeper.server.quorum.QuorumPeerMain',
      config,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      log = (log + chunk).slice(-MAX_LOG_CHARS);
    });
  }
  const exited = once(child, 'exit');
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
    await rm(dataDir, { recursive: true, force: true });
  };
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  // Its folder in the answer says that the port is this server's and not a stranger's.
  while (!(await ask(port, 'conf')).includes(dataDir)) {
    if (child.exitCode !== null || Date.now() > deadlineMs) {
      await close();
      throw new Error(`ZooKeeper has not started on port ${port}:\n${log}`);
    }
    await delay(100);
  }
  return { address: `127.0.0.1:${port}`, close };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function ask(port: number, word: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.end(word);
  return text(socket).catch(() => '');
}
