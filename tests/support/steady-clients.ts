import { HiveClient, type HiveClientOptions } from '@senbon/hive-thrift';

export interface SteadyReport {
  readonly rounds: number;
  readonly failures: readonly string[];
}

/** Clients that connect, open a session, ask, close and hang up, again and again until they are told to stop. */
export class SteadyClients {
  readonly #options: () => HiveClientOptions;
  readonly #failures: string[] = [];
  #rounds = 0;
  #isOver = false;
  readonly #work: Promise<unknown>;

  constructor(count: number, options: () => HiveClientOptions) {
    this.#options = options;
    this.#work = Promise.all(Array.from({ length: count }, () => this.#loop()));
  }

  /** Rounds that have ended well. */
  get rounds(): number {
    return this.#rounds;
  }

  async stop(): Promise<SteadyReport> {
    this.#isOver = true;
    await this.#work;
    return { rounds: this.#rounds, failures: this.#failures };
  }

  async #loop(): Promise<void> {
    while (!this.#isOver) {
      try {
        await this.#round();
        this.#rounds += 1;
      } catch (error) {
        this.#failures.push(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
        if (this.#failures.length > 20) return;
      }
    }
  }

  async #round(): Promise<void> {
    const client = await HiveClient.connect(this.#options());
    try {
      const session = await client.openSession();
      const operation = await session.execute('SELECT 41 + 1');
      await operation.wait();
      for await (const row of operation.rows()) {
        if (String(row[0]) !== '42') throw new Error(`got ${String(row[0])} for 42`);
      }
      await operation.close();
      await session.close();
    } finally {
      await client.close();
    }
  }
}
