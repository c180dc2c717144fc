import { type Logger, SenbonError, messageOf } from '@senbon/core';
import { within } from '@senbon/core/discovery';
import { CreateFlag, type NodeAcl } from '../client/handle.ts';
import type { RunOptions, ZkClient } from '../client/zk-client.ts';
import { createWithParents } from '../client/zk-ops.ts';
import type { ZkSession } from '../client/zk-session.ts';
import { ZkCode, isZkCode } from '../client/zk-error.ts';
import type { ProtectedName } from './curator-nodes.ts';

/** How long a caller waits for its node to be gone. */
const DELETE_WAIT_MS = 1_000;
const nothing = Buffer.alloc(0);

export interface LockNodesOptions {
  readonly client: ZkClient;
  readonly acl: readonly NodeAcl[] | null;
  readonly logger: Logger;
}

/** Makes and deletes the ephemeral nodes of locks, so that none is left behind by a lost answer. */
export class LockNodes {
  readonly #options: LockNodesOptions;

  constructor(options: LockNodesOptions) {
    this.#options = options;
  }

  /** Returns the node's name. On failure the node, should it exist after all, is deleted. */
  async create(parent: string, name: ProtectedName, options: BoundOptions): Promise<string> {
    const { client, acl } = this.#options;
    let work: Promise<string> | undefined;
    const attempt = async (session: ZkSession, count: number): Promise<string> => {
      const existing = count === 0 ? null : await find(session, parent, name);
      if (existing !== null) return existing;
      const flags = CreateFlag.ephemeral | CreateFlag.sequence;
      const node = { path: `${parent}/${name.prefix}`, data: nothing, flags };
      const path = await createWithParents(session, node, acl);
      if (acl !== null) await session.setAcl(path, acl);
      return path.slice(parent.length + 1);
    };
    try {
      return await client.run((session, count) => (work = attempt(session, count)), options);
    } catch (error) {
      void this.#sweep(parent, name, { session: options.session, work });
      throw error;
    }
  }

  /**
   * Deletes the node. When the server does not answer soon this goes on in the background for as long as the
   * session lives, because others wait for the node's end. Never rejects.
   */
  async delete(path: string, session: ZkSession): Promise<void> {
    const work = this.#forSession(session, path, () => session.delete(path).catch(ignoreGone));
    await within(work, { timeoutMs: DELETE_WAIT_MS, onTimeout: () => new Error() }).catch(() => undefined);
  }

  /** `work` goes on although nobody waits for it any more, and may make the node yet. */
  async #sweep(
    parent: string,
    name: ProtectedName,
    { session, work }: { session: ZkSession; work: Promise<string> | undefined },
  ): Promise<void> {
    await work?.catch(() => undefined);
    await this.#forSession(session, parent, async () => {
      const found = await find(session, parent, name);
      if (found !== null) await session.delete(`${parent}/${found}`).catch(ignoreGone);
    });
  }

  async #forSession(session: ZkSession, path: string, run: () => Promise<void>): Promise<void> {
    const { client, logger } = this.#options;
    // With the session's end the node goes by itself, so there is nothing to do after that.
    while (client.session === session && !client.closing.aborted) {
      try {
        await client.run(run, { session });
        return;
      } catch (error) {
        if (isZkCode(error, ZkCode.sessionExpired)) return;
        logger.debug(`Cannot give up ${path} yet: ${messageOf(error)}`);
        if (!isUnreachable(error)) return;
      }
    }
  }
}

export type BoundOptions = RunOptions & { readonly session: ZkSession };

function isUnreachable(error: unknown): boolean {
  return error instanceof SenbonError && error.code === 'DISCOVERY_UNREACHABLE';
}

async function find(session: ZkSession, parent: string, name: ProtectedName): Promise<string | null> {
  try {
    const names = await session.children(parent);
    return names.find((candidate) => candidate.startsWith(name.protection)) ?? null;
  } catch (error) {
    if (isZkCode(error, ZkCode.noNode)) return null;
    throw error;
  }
}

function ignoreGone(error: unknown): void {
  if (!isZkCode(error, ZkCode.noNode)) throw error;
}
