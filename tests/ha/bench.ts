import type { DiscoveryClient, ServiceNode } from '@senbon/core';
import { type Cable, layCable } from '../support/cable.ts';
import { type Gateway, GatewayHome } from '../support/gateway.ts';
import type { Ensemble } from './ensembles.ts';
import { type Figures, type KeptSession, type Loop, keptSession, newSessions } from './loop.ts';

/** Above what a busy machine takes to turn from a member that hangs to another. */
export const TIMEOUT_MS = 10_000;
const USER = 'anna';
const ENGINE_SPACE = `/kyuubi_senbon-1_USER_DUCKDB/${USER}/default`;

export interface Watched {
  readonly kept: Figures;
  readonly far: Figures;
  readonly near: Figures;
}

/**
 * Three gateways. Two of them, and the engines that they launch, reach the ensemble by cables that can be cut, and go on
 * or drain when they are cut off; the third is always connected. Sessions that are there on all of them, and new ones on
 * those that stay.
 */
export class Bench implements AsyncDisposable {
  readonly ensemble: Ensemble;
  readonly home: GatewayHome;
  readonly witness: DiscoveryClient;
  readonly #cables: readonly Cable[];
  #gateways: readonly Gateway[] = [];
  readonly #kept = new Map<Gateway, KeptSession>();
  readonly #fresh = new Map<Gateway, Loop>();

  private constructor(
    ensemble: Ensemble,
    parts: { home: GatewayHome; witness: DiscoveryClient; cables: readonly Cable[] },
  ) {
    this.ensemble = ensemble;
    this.home = parts.home;
    this.witness = parts.witness;
    this.#cables = parts.cables;
  }

  static async start(startEnsemble: () => Promise<Ensemble>): Promise<Bench> {
    const ensemble = await startEnsemble();
    const cables = await Promise.all(ensemble.members.map(({ port }) => layCable(port)));
    const bench = new Bench(ensemble, {
      home: await GatewayHome.create(),
      witness: await ensemble.open(),
      cables,
    });
    try {
      await bench.#startGateways();
    } catch (error) {
      await bench[Symbol.asyncDispose]();
      throw error;
    }
    return bench;
  }

  get waiting(): Gateway {
    return this.#gateway(0);
  }

  get draining(): Gateway {
    return this.#gateway(1);
  }

  get near(): Gateway {
    return this.#gateway(2);
  }

  /** The first launches the engine, which hangs on the cables like its gateway. */
  async #startGateways(): Promise<void> {
    const { home, ensemble } = this;
    const far = ensemble.conf(this.#cables.map(({ address }) => address).join(','), TIMEOUT_MS);
    const near = ensemble.conf(ensemble.members.map(({ port }) => `127.0.0.1:${port}`).join(','), TIMEOUT_MS);
    const drain = { 'kyuubi.server.drain.deadline': 'PT10M' };
    this.#gateways = await Promise.all([
      home.start({ conf: far }),
      home.start({ conf: { ...far, ...drain, 'kyuubi.ha.lost.action': 'drain' } }),
      home.start({ conf: near }),
    ]);
    for (const gateway of this.#gateways) this.#kept.set(gateway, await keptSession(gateway.binary, USER));
    for (const gateway of [this.waiting, this.near])
      this.#fresh.set(gateway, newSessions(gateway.binary, USER));
  }

  cut(): void {
    for (const cable of this.#cables) cable.cut();
  }

  mend(): void {
    for (const cable of this.#cables) cable.mend();
  }

  servers(): Promise<readonly ServiceNode[]> {
    return this.witness.registry.list('/kyuubi');
  }

  engineNodes(): Promise<readonly ServiceNode[]> {
    return this.witness.registry.list(ENGINE_SPACE);
  }

  /** Until every session has been served once more, and new ones have been opened on both. */
  async served(timeoutMs: number): Promise<void> {
    const loops = [...this.#fresh.values(), ...this.#kept.values()];
    await Promise.all(loops.map((loop) => loop.onceMore(timeoutMs)));
  }

  /** The worst since it was asked last: of the sessions that are there, and of new ones on the gateways that take them. */
  take(): Watched {
    const freshOf = (gateway: Gateway) => worstOf([this.#fresh.get(gateway)]);
    return { kept: worstOf([...this.#kept.values()]), far: freshOf(this.waiting), near: freshOf(this.near) };
  }

  /** Closes the session that was there from the beginning. */
  async closeKept(gateway: Gateway): Promise<void> {
    await this.#kept.get(gateway)?.close();
    this.#kept.delete(gateway);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.mend();
    for (const member of this.ensemble.members) member.resume();
    await Promise.all([...this.#fresh.values()].map((loop) => loop.stop()));
    await Promise.all([...this.#kept.values()].map((loop) => loop.close()));
    await this.home.close();
    await this.witness.close();
    await Promise.all(this.#cables.map((cable) => cable[Symbol.asyncDispose]()));
    await this.ensemble[Symbol.asyncDispose]();
  }

  #gateway(index: number): Gateway {
    const gateway = this.#gateways[index];
    if (gateway === undefined) throw new Error(`no gateway ${index} any more`);
    return gateway;
  }
}

function worstOf(loops: readonly (Loop | undefined)[]): Figures {
  const figures = loops.flatMap((loop) => (loop === undefined ? [] : [loop.take()]));
  return {
    rounds: figures.reduce((sum, { rounds }) => sum + rounds, 0),
    longestMs: Math.max(0, ...figures.map(({ longestMs }) => longestMs)),
    failures: figures.flatMap(({ failures }) => failures),
  };
}
