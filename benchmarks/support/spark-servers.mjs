import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { endChild } from './end-child.mjs';

const run = promisify(execFile);
const scripts = join(import.meta.dirname, '../../scripts');
const START_TIMEOUT_MS = 90_000;

/** Spark 3.5 and its Connect server, from the cache. */
export async function sparkPeer() {
  const python = await fetch('fetch-python.sh', 'spark-3.5');
  const library = join(dirname(dirname(python)), 'lib');
  const [version] = await readdir(library);
  return {
    home: join(library, version, 'site-packages', 'pyspark'),
    connectJar: await fetch('fetch-jars.sh', 'spark-connect-3.5'),
  };
}

async function fetch(script, set) {
  const { stdout } = await run('bash', [join(scripts, script), set]);
  return stdout.trim();
}

/** A program of Spark's on a free port: its Connect server, or its Thrift server. */
export class SparkServer {
  #child;
  #dir;

  static async connect(peer) {
    return new SparkServer().#start(peer, (port) => [
      '--class=org.apache.spark.sql.connect.service.SparkConnectServer',
      `--jars=${peer.connectJar}/*.jar`,
      `--conf=spark.connect.grpc.binding.port=${port}`,
    ]);
  }

  static async thrift(peer) {
    return new SparkServer().#start(peer, (port) => [
      '--class=org.apache.spark.sql.hive.thriftserver.HiveThriftServer2',
      '--conf=spark.hadoop.hive.server2.transport.mode=binary',
      '--conf=spark.hadoop.hive.server2.thrift.bind.host=127.0.0.1',
      `--conf=spark.hadoop.hive.server2.thrift.port=${port}`,
      '--conf=spark.hadoop.javax.jdo.option.ConnectionURL=jdbc:derby:memory:m;create=true',
    ]);
  }

  async #start({ home }, argumentsFor) {
    this.#dir = await mkdtemp(join(tmpdir(), 'senbon-bench-spark-'));
    this.port = await freePort();
    const common = ['--master=local[2]', '--driver-memory=2g', '--conf=spark.ui.enabled=false'];
    const args = [...common, ...argumentsFor(this.port), 'spark-internal'];
    this.#child = spawn(join(home, 'bin/spark-submit'), args, {
      cwd: this.#dir,
      env: { ...process.env, SPARK_HOME: home },
      stdio: 'ignore',
    });
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await isListening(this.port))) {
      if (this.#child.exitCode !== null || Date.now() > deadline) throw new Error('Spark did not start');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return this;
  }

  async close() {
    await endChild(this.#child, this.#dir);
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function isListening(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
    socket.once('connect', () => socket.destroy());
  });
}
