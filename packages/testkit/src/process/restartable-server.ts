import { type OwnedProcess, type ProcessOptions, startProcess } from './start-process.ts';

const START_TIMEOUT_MS = 20_000;
const STOP_GRACE_MS = 5_000;

/** A server on a port of the loopback interface, and the process that is it at present. */
export abstract class RestartableServer {
  readonly port: number;
  #process: OwnedProcess | null = null;

  constructor(port: number) {
    this.port = port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#process?.pid ?? -1;
  }

  /** The end of what it printed. */
  output(): string {
    return this.#process?.output() ?? '';
  }

  /** Starts it on its ports and with its data. Resolves when this very process serves. */
  async start(): Promise<void> {
    this.#process = await startProcess({ ...(await this.command()), timeoutMs: START_TIMEOUT_MS });
  }

  async stop(): Promise<void> {
    await this.#process?.stop(STOP_GRACE_MS);
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  async stall(): Promise<void> {
    await this.#process?.stall();
  }

  resume(): void {
    this.#process?.resume();
  }

  /** Writes what the process will read, and says how it is started. */
  protected abstract command(): Promise<ProcessOptions>;
}
