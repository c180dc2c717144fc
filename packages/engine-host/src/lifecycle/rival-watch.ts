import { type Logger, messageOf, type Registry, type ServiceNode, type Subscription } from '@senbon/core';

export interface RivalWatchOptions {
  readonly registry: Registry;
  readonly space: string;
  readonly host: string;
  readonly port: number;
  /** Of the node that was there before the session was lost. */
  readonly formerPath: string;
  /** Once, when it is clear: the engine that serves the space in place of this one, if any. */
  readonly onSettled: (rival: ServiceNode | null) => void;
  readonly logger: Logger;
}

/**
 * One look at the engine's space after its discovery session was lost. Gateways that could reach the ensemble may have
 * launched another engine meanwhile; of two engines, the one that registered first keeps the space, so that both of two that
 * come back together decide alike. It waits for its own new node to appear, and ends with that.
 */
export class RivalWatch {
  readonly #options: RivalWatchOptions;
  #subscription: Subscription | null = null;
  #isOver = false;

  constructor(options: RivalWatchOptions) {
    this.#options = options;
    void this.#begin();
  }

  close(): void {
    this.#isOver = true;
    this.#subscription?.close();
  }

  async #begin(): Promise<void> {
    const { registry, space, logger } = this.#options;
    try {
      const subscription = await registry.watch(space, (nodes) => this.#onNodes(nodes));
      if (this.#isOver) subscription.close();
      else this.#subscription = subscription;
    } catch (error) {
      logger.warn(`Cannot tell whether another engine serves ${space}: ${messageOf(error)}`);
    }
  }

  #onNodes(nodes: readonly ServiceNode[]): void {
    const { host, port, formerPath, onSettled } = this.#options;
    const isOwn = (node: ServiceNode) => node.host === host && node.port === port;
    const own = nodes.find((node) => isOwn(node) && node.path !== formerPath);
    if (this.#isOver || own === undefined) return;
    const before = nodes.slice(0, nodes.indexOf(own));
    this.close();
    onSettled(before.find((node) => !isOwn(node)) ?? null);
  }
}
