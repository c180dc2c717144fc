import { freePort, type OwnedProcess, startProcess } from '@senbon/testkit';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SparkPeer } from './spark.ts';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;

/** Spark's own Thrift server, by which its answers are known. */
export class SparkThriftServer {
  readonly url: string;
  readonly #process: OwnedProcess;
  readonly #dir: string;

  private constructor(url: string, process: OwnedProcess, dir: string) {
    this.url = url;
    this.#process = process;
    this.#dir = dir;
  }

  static async start({ home }: Pick<SparkPeer, 'home'>): Promise<SparkThriftServer> {
    const dir = await mkdtemp(join(tmpdir(), 'senbon-sts-'));
    const port = await freePort();
    const confs = {
      'spark.hadoop.hive.server2.transport.mode': 'binary',
      'spark.hadoop.hive.server2.thrift.bind.host': '127.0.0.1',
      'spark.hadoop.hive.server2.thrift.port': String(port),
      'spark.hadoop.javax.jdo.option.ConnectionURL': 'jdbc:derby:memory:m;create=true',
      'spark.sql.warehouse.dir': join(dir, 'warehouse'),
      'spark.ui.enabled': 'false',
    };
    const process = await startProcess({
      name: 'spark-thrift-server',
      command: join(home, 'bin/spark-submit'),
      args: [
        '--master=local[2]',
        '--driver-memory=1g',
        '--class=org.apache.spark.sql.hive.thriftserver.HiveThriftServer2',
        ...Object.entries(confs).map(([key, value]) => `--conf=${key}=${value}`),
        'spark-internal',
      ],
      env: { SPARK_HOME: home },
      cwd: dir,
    });
    try {
      await process.waitForLine(
        /ThriftBinaryCLIService on port|Starting ThriftBinaryCLIService/,
        START_TIMEOUT_MS,
      );
    } catch (error) {
      await process.kill();
      await rm(dir, { recursive: true, force: true });
      throw error;
    }
    return new SparkThriftServer(`jdbc:hive2://127.0.0.1:${port}/default`, process, dir);
  }

  async stop(): Promise<void> {
    await this.#process.stop(STOP_TIMEOUT_MS);
    await rm(this.#dir, { recursive: true, force: true });
  }
}
