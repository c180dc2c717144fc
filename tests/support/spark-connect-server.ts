import { freePort, type OwnedProcess, startProcess } from '@senbon/testkit';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SparkPeer } from './spark.ts';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;

/** A Spark Connect server that somebody else has started. */
export class SparkConnectServer {
  readonly port: number;
  readonly #process: OwnedProcess;
  readonly #dir: string;

  private constructor(port: number, process: OwnedProcess, dir: string) {
    this.port = port;
    this.#process = process;
    this.#dir = dir;
  }

  static async start({ home, connectJar }: SparkPeer): Promise<SparkConnectServer> {
    const dir = await mkdtemp(join(tmpdir(), 'senbon-connect-'));
    const port = await freePort();
    const process = await startProcess({
      name: 'spark-connect-server',
      command: join(home, 'bin/spark-submit'),
      args: [
        '--master=local[2]',
        '--driver-memory=1g',
        '--class=org.apache.spark.sql.connect.service.SparkConnectServer',
        ...(connectJar === null ? [] : [`--jars=${connectJar}/*.jar`]),
        `--conf=spark.connect.grpc.binding.port=${port}`,
        `--conf=spark.sql.warehouse.dir=${join(dir, 'warehouse')}`,
        '--conf=spark.ui.enabled=false',
        'spark-internal',
      ],
      env: { SPARK_HOME: home },
      cwd: dir,
    });
    try {
      await process.waitForLine(/Spark Connect server started at/, START_TIMEOUT_MS);
    } catch (error) {
      await process.kill();
      await rm(dir, { recursive: true, force: true });
      throw error;
    }
    return new SparkConnectServer(port, process, dir);
  }

  async stop(): Promise<void> {
    await this.#process.stop(STOP_TIMEOUT_MS);
    await rm(this.#dir, { recursive: true, force: true });
  }
}
