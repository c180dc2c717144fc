import { randomBytes, randomUUID } from 'node:crypto';
import { issueGatewayToken, type LaunchedEngine, type ServiceNode, silentLogger } from '@senbon/core';
import { HiveClient, type HiveSession } from '@senbon/hive-thrift';
import type { EngineHarness } from './engine-harness.ts';

const REGISTER_TIMEOUT_MS = 60_000;

export const USER = 'kit';

/** An engine that the kit launched, and the ways in. */
export class Launched {
  readonly space: string;
  readonly refId: string;
  readonly secret: Uint8Array;
  readonly engine: LaunchedEngine;
  readonly #harness: EngineHarness;

  private constructor(harness: EngineHarness, engine: LaunchedEngine, identity: Identity) {
    this.#harness = harness;
    this.engine = engine;
    this.space = identity.space;
    this.refId = identity.refId;
    this.secret = identity.secret;
  }

  static async launch(
    harness: EngineHarness,
    extra: ReadonlyMap<string, string> = new Map(),
  ): Promise<Launched> {
    const refId = randomUUID();
    const space = `/kit_${harness.plugin.type}/${USER}/${refId}`;
    const secret = randomBytes(32);
    const conf = new Map([
      ...harness.conf,
      ['kyuubi.ha.namespace', space],
      ['kyuubi.ha.engine.ref.id', refId],
      ...extra,
    ]);
    const engine = await harness.plugin.launch(
      { space, refId, user: USER, conf, secret },
      { logger: silentLogger, workDir: harness.workDir },
    );
    return new Launched(harness, engine, { space, refId, secret });
  }

  /** Its node, once it has registered itself. */
  async node(): Promise<ServiceNode> {
    const { registry } = this.#harness.discovery;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error('the engine did not register itself')),
        REGISTER_TIMEOUT_MS,
      );
      const opened = registry.watch(this.space, (nodes) => {
        const node = nodes.find(({ attributes }) => attributes['refId'] === this.refId);
        if (node === undefined) return;
        clearTimeout(timer);
        resolve(node);
        void opened.then((subscription) => subscription.close());
      });
      opened.catch(reject);
    });
  }

  /** What a gateway shows this engine, or, with other values, what it must refuse. */
  async token({ user = USER, nowMs = Date.now(), refId = this.refId }: TokenOptions = {}): Promise<string> {
    const { host, port } = await this.node();
    return issueGatewayToken(this.secret, { user, engine: { host, port, refId }, nowMs });
  }

  async client(password?: string): Promise<HiveClient> {
    const { host, port } = await this.node();
    const auth = { mechanism: 'PLAIN', user: USER, password: password ?? (await this.token()) } as const;
    return HiveClient.connect({ host, port, auth });
  }

  async session(
    configuration: Readonly<Record<string, string>> = {},
  ): Promise<{ client: HiveClient; session: HiveSession }> {
    const client = await this.client();
    return { client, session: await client.openSession({ configuration }) };
  }

  /** Ends it, and waits for its end. */
  async end(): Promise<void> {
    await this.engine.kill();
    await this.engine.exited;
  }
}

interface TokenOptions {
  readonly user?: string;
  readonly nowMs?: number;
  readonly refId?: string;
}

interface Identity {
  readonly space: string;
  readonly refId: string;
  readonly secret: Uint8Array;
}

export async function valuesOf(session: HiveSession, statement: string): Promise<unknown[]> {
  const operation = await session.execute(statement);
  await operation.wait();
  const values: unknown[] = [];
  for await (const row of operation.rows()) values.push(...row);
  await operation.close();
  return values;
}
