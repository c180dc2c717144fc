import { type Doors, type Gateway, type Logger, messageOf, SenbonError } from '@senbon/core';
import type { UpgradeRequest } from './protocol.ts';
import { Successor } from './successor.ts';

export interface UpgradeOptions {
  readonly gateway: Pick<Gateway, 'state' | 'offer' | 'withdraw' | 'giveWay'>;
  /** Its ZooKeeper lives in this process. */
  readonly isEmbedded: boolean;
  /** Where this process and the next one serve each other's clients. */
  readonly doors: Doors;
  /** Makes the next process the one that `kyuubi stop` means. */
  readonly appoint: (pid: number) => Promise<void>;
  readonly logger: Logger;
}

/** A running gateway's side of `kyuubi upgrade`: the next process starts as its child, with its listening sockets. */
export class Upgrade {
  readonly #options: UpgradeOptions;
  #isUnderWay = false;

  constructor(options: UpgradeOptions) {
    this.#options = options;
  }

  /**
   * Resolves with the process that serves now in the place of this one, which drains. Throws UPGRADE_REFUSED, and nothing has
   * changed, unless this one is being stopped; `signal` calls it off.
   */
  async run(request: UpgradeRequest, signal: AbortSignal): Promise<number> {
    if (this.#options.isEmbedded) {
      throw refused(
        'its ZooKeeper is embedded and would end with it. Name an ensemble by kyuubi.ha.addresses, or use: kyuubi restart',
      );
    }
    if (this.#isUnderWay) throw refused('another upgrade is under way');
    this.#isUnderWay = true;
    try {
      return await this.#run(request, signal);
    } finally {
      this.#isUnderWay = false;
    }
  }

  async #run(request: UpgradeRequest, signal: AbortSignal): Promise<number> {
    const { gateway, doors, logger } = this.#options;
    const inheritance = await gateway.offer(doors);
    let successor: Successor;
    try {
      successor = await Successor.start(request, inheritance);
      logger.info(`Process ${successor.pid} is to take the place of this one`);
      const outcome = await successor.outcome(signal);
      if (outcome.kind === 'late') throw refused('it did not serve in time and was ended');
      if (outcome.kind === 'failed') throw refused(outcome.problem);
      await this.#appoint(successor);
    } catch (error) {
      logger.warn(`The upgrade failed, this process goes on: ${messageOf(error)}`);
      await gateway.withdraw();
      throw error;
    }
    return this.#giveWay(successor);
  }

  async #appoint(successor: Successor): Promise<void> {
    try {
      await this.#options.appoint(successor.pid);
    } catch (error) {
      await successor.end();
      throw error;
    }
  }

  /** Throws UPGRADE_REFUSED when somebody stops this process, and means both. */
  #giveWay(successor: Successor): number {
    const { gateway, logger } = this.#options;
    const { pid } = successor;
    const { state } = gateway;
    if (state === 'running' || state === 'draining')
      void gateway.giveWay(`process ${pid} has taken its place`);
    if (state === 'running') return pid;
    // Not ended at once: it may have clients by now.
    successor.drain();
    const problem = `it is ${state} meanwhile, and process ${pid}, which serves in its place already, drains too`;
    logger.warn(`The upgrade came too late: ${problem}`);
    throw refused(problem);
  }
}

function refused(problem: string): SenbonError {
  return new SenbonError('UPGRADE_REFUSED', { problem });
}
