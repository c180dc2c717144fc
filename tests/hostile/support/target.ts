import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ClientAuth, HiveClient, type HiveSession } from '@senbon/hive-thrift';
import { expect } from 'vitest';
import { type Address, type Gateway, type GatewayHome, startGateway } from '../../support/gateway.ts';
import { query } from '../../support/hive.ts';
import { type Vitals, vitalsOf } from './vitals.ts';

export const USER = 'anna';

/** For a clean client to connect, open a session on a warm engine, get its row and leave, on two busy cores. */
const CLEAN_CLIENT_MS = 5_000;
const WARM_UP_ROUNDS = 3;
/** For sockets and sessions of departed attackers to go; above every time-out that a target is started with. */
const SETTLE_MS = 20_000;
/** What attackers have sent is collected once it is dead and the gateway rests; each collection that comes too early puts it off, by 28 s when there are three. */
const RELIEF_MS = 45_000;
/** Pooled engine connections and the like come and go. */
const SOCKET_SLACK = 24;
const POLL_MS = 50;

/** Time-outs that a test can wait for. */
const SHORT = {
  'kyuubi.frontend.login.timeout': 'PT1.5S',
  'kyuubi.frontend.stall.timeout': 'PT2S',
  'kyuubi.session.engine.login.timeout': 'PT1.5S',
  'kyuubi.zookeeper.embedded.handshake.timeout': 'PT1.5S',
};
export const LOGIN_TIMEOUT_MS = 1_500;
export const STALL_TIMEOUT_MS = 2_000;
/** By when a connection must be gone whose time is up, on two busy cores. */
export const CUT_WITHIN_MS = 14_000;

/** A real gateway with its engine, to be attacked: it knows what they held before, and tells when they are harmed. */
export class Target {
  readonly gateway: Gateway;
  readonly #home: GatewayHome;
  /** NOSASL: nobody proves who they are, OpenSession says it. */
  readonly #isOpen: boolean;
  #before: { readonly gateway: Vitals; readonly engine: Vitals } | null = null;

  static async start(conf: Readonly<Record<string, string>> = {}, maxFiles?: number): Promise<Target> {
    const limits = maxFiles === undefined ? {} : { maxFiles };
    const target = new Target(await startGateway({ conf: { ...SHORT, ...conf }, ...limits }), conf);
    try {
      // Code that is compiled and pools that are filled by the first clients are no attacker's doing.
      for (let round = 0; round < WARM_UP_ROUNDS; round++) await target.askAll();
      await target.#expectSettled();
      target.#before = { gateway: vitalsOf(target.gateway.pid), engine: vitalsOf(target.enginePid) };
      return target;
    } catch (error) {
      await target.close();
      throw error;
    }
  }

  private constructor(
    started: { gateway: Gateway; home: GatewayHome },
    conf: Readonly<Record<string, string>>,
  ) {
    this.gateway = started.gateway;
    this.#home = started.home;
    this.#isOpen = conf['kyuubi.authentication'] === 'NOSASL';
  }

  get enginePid(): number {
    return this.#home.engines()[0]?.pid ?? -1;
  }

  /** Where the engine of `USER` listens. */
  get engine(): Address {
    const ready = /is ready at ([^\s:]+):(\d+)/.exec(this.engineLog());
    if (ready === null) throw new Error('the engine has not said where it listens');
    return { host: ready[1] ?? '', port: Number(ready[2]) };
  }

  get zooKeeper(): Address {
    if (this.gateway.zooKeeper === undefined) throw new Error('no embedded ZooKeeper');
    return this.gateway.zooKeeper;
  }

  engineLog(): string {
    const dir = join(this.#home.dir, 'work', USER);
    const logs = readdirSync(dir).filter((name) => name.includes('.log'));
    return logs.map((name) => readFileSync(join(dir, name), 'utf8')).join('');
  }

  /** A row over each frontend by clean clients; how long the slower of them took, in milliseconds. */
  async askAll(): Promise<number> {
    const began = performance.now();
    await Promise.all([this.ask('binary'), this.ask('http')]);
    return performance.now() - began;
  }

  async ask(mode: 'binary' | 'http'): Promise<void> {
    const client = await this.connect(mode);
    try {
      const session = await client.openSession({ user: USER, timeoutMs: CLEAN_CLIENT_MS });
      expect(await query(session, "SELECT 42 AS answer, 'senbon' AS name")).toEqual([[42, 'senbon']]);
    } finally {
      await client.close();
    }
  }

  connect(mode: 'binary' | 'http', user = USER): Promise<HiveClient> {
    const auth: ClientAuth = this.#isOpen
      ? { mechanism: 'NOSASL' }
      : { mechanism: 'PLAIN', user, password: 'x' };
    return mode === 'binary'
      ? HiveClient.connect({ ...this.gateway.binary, auth })
      : HiveClient.connect({
          mode,
          url: `http://${this.gateway.http.host}:${this.gateway.http.port}/cliservice`,
          auth: { scheme: 'basic', user, password: 'x' },
        });
  }

  async openSession(mode: 'binary' | 'http' = 'binary', user = USER): Promise<HiveSession> {
    return (await this.connect(mode, user)).openSession({ user });
  }

  /**
   * The same processes live and serve a clean client in time, nobody's session or socket is left, and gateway and engine
   * have come back to less than `growthMiB` above what they had at the start.
   */
  async expectUnharmed(growthMiB: number): Promise<void> {
    if (this.#before === null) throw new Error('not started');
    expect(await this.askAll()).toBeLessThan(CLEAN_CLIENT_MS);
    await this.#expectSettled();
    await this.#expectSockets(this.gateway.pid, this.#before.gateway.sockets);
    await this.#expectSockets(this.enginePid, this.#before.engine.sockets);
    await this.#expectMemory('gateway', this.gateway.pid, this.#before.gateway.rssMiB + growthMiB);
    await this.#expectMemory('engine', this.enginePid, this.#before.engine.rssMiB + growthMiB);
  }

  async close(): Promise<void> {
    await this.#home.close();
  }

  async #expectSettled(): Promise<void> {
    const open = () => [
      lastCount(this.gateway.log(), /current opening sessions (\d+)/g),
      lastCount(this.engineLog(), /open sessions: (\d+)/g),
    ];
    await eventually(() => expect(open(), 'open sessions').toEqual([0, 0]));
  }

  async #expectSockets(pid: number, before: number): Promise<void> {
    const limit = before + SOCKET_SLACK;
    await eventually(() =>
      expect(vitalsOf(pid).sockets, `sockets of process ${pid}`).toBeLessThanOrEqual(limit),
    );
  }

  async #expectMemory(name: string, pid: number, maxMiB: number): Promise<void> {
    const check = () => expect(vitalsOf(pid).rssMiB, `memory of the ${name}, MiB`).toBeLessThan(maxMiB);
    await eventually(check, RELIEF_MS);
  }
}

/** Repeats `check` until it does not throw, or throws what it threw last. */
async function eventually(check: () => void, withinMs = SETTLE_MS): Promise<void> {
  for (const endsAt = performance.now() + withinMs; ; await delay(POLL_MS)) {
    try {
      return check();
    } catch (error) {
      if (performance.now() > endsAt) throw error;
    }
  }
}

function lastCount(log: string, pattern: RegExp): number | undefined {
  const last = [...log.matchAll(pattern)].at(-1)?.[1];
  return last === undefined ? undefined : Number(last);
}
