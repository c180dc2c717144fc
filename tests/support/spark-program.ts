import { freePort, type OwnedProcess, startProcess } from '@senbon/testkit';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;

export interface SparkProgramPlan {
  readonly name: string;
  /** A `SPARK_HOME`. */
  readonly home: string;
  /** Of the temporary folder. */
  readonly prefix: string;
  readonly mainClass: string;
  /** For `spark-submit`, beside what all programs get. */
  readonly args: (port: number) => readonly string[];
  /** A line that it prints when it serves. */
  readonly ready: RegExp;
}

/** A program of Spark's own that serves on a free port, in a folder of its own. */
export class SparkProgram {
  readonly port: number;
  readonly #process: OwnedProcess;
  readonly #dir: string;

  private constructor(port: number, process: OwnedProcess, dir: string) {
    this.port = port;
    this.#process = process;
    this.#dir = dir;
  }

  static async start(plan: SparkProgramPlan): Promise<SparkProgram> {
    const dir = await mkdtemp(join(tmpdir(), plan.prefix));
    const port = await freePort();
    const process = await startProcess({
      name: plan.name,
      command: join(plan.home, 'bin/spark-submit'),
      args: [
        '--master=local[2]',
        '--driver-memory=1g',
        `--class=${plan.mainClass}`,
        ...plan.args(port),
        `--conf=spark.sql.warehouse.dir=${join(dir, 'warehouse')}`,
        '--conf=spark.ui.enabled=false',
        'spark-internal',
      ],
      env: { SPARK_HOME: plan.home },
      cwd: dir,
    });
    try {
      await process.waitForLine(plan.ready, START_TIMEOUT_MS);
    } catch (error) {
      await process.kill();
      await rm(dir, { recursive: true, force: true });
      throw error;
    }
    return new SparkProgram(port, process, dir);
  }

  async stop(): Promise<void> {
    await this.#process.stop(STOP_TIMEOUT_MS);
    await rm(this.#dir, { recursive: true, force: true });
  }
}
