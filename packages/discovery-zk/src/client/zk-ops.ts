import { CreateFlag, type NodeAcl } from './handle.ts';
import type { RunOptions, ZkClient } from './zk-client.ts';
import { ZkCode, isZkCode } from './zk-error.ts';
import type { ZkSession } from './zk-session.ts';

/** Curator's recipes make parents that vanish when empty; between making and using one, it may be gone this often. */
const MAX_VANISHED_PARENTS = 10;
const nothing = Buffer.alloc(0);

/** Makes `path` and its parents, persistent and empty, where they are missing. */
export async function ensurePath(
  session: ZkSession,
  path: string,
  acl: readonly NodeAcl[] | null,
): Promise<void> {
  if (path === '' || path === '/') return;
  try {
    await session.create(path, nothing, CreateFlag.persistent);
  } catch (error) {
    if (isZkCode(error, ZkCode.nodeExists)) return;
    // The right to create is looked at before whether the node is there.
    if (isZkCode(error, ZkCode.noAuth) && (await session.exists(path)) !== null) return;
    if (!isZkCode(error, ZkCode.noNode)) throw error;
    await ensurePath(session, parentOf(path), acl);
    return ensurePath(session, path, acl);
  }
  if (acl !== null) await session.setAcl(path, acl);
}

/** `create`, making the parents first where they are missing, however often somebody takes them away. */
export async function createWithParents(
  session: ZkSession,
  node: { readonly path: string; readonly data: Uint8Array; readonly flags: number },
  acl: readonly NodeAcl[] | null,
): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await session.create(node.path, node.data, node.flags);
    } catch (error) {
      if (!isZkCode(error, ZkCode.noNode) || attempt === MAX_VANISHED_PARENTS) throw error;
      await ensurePath(session, parentOf(node.path), acl);
    }
  }
}

/** False when the node was gone already. */
export async function deleteNode(client: ZkClient, path: string, options?: RunOptions): Promise<boolean> {
  return client.run(async (session, attempt) => {
    try {
      await session.delete(path);
      return true;
    } catch (error) {
      // Gone at a repetition: most likely by the attempt whose answer was lost.
      if (isZkCode(error, ZkCode.noNode)) return attempt > 0;
      throw error;
    }
  }, options);
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

export function childOf(parent: string, name: string): string {
  return parent === '/' ? `/${name}` : `${parent}/${name}`;
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
