import type { Logger, ServiceNode } from '@senbon/core';
import { parseNodeData, parseNodeName } from '@senbon/core/discovery';
import type { WatchListener } from '../client/watch-slots.ts';
import { childOf } from '../client/zk-ops.ts';
import { ZkCode, ZkError, isZkCode } from '../client/zk-error.ts';
import type { ZkSession } from '../client/zk-session.ts';

/** Nodes read at once; the rest of a large space follows as these are answered. */
const MAX_PARALLEL_READS = 64;

export interface SpaceReading {
  readonly logger: Logger;
  /** Nodes read before; a node's name is never used twice and its data never changes, so they are not read again. */
  readonly known?: ReadonlyMap<string, ServiceNode>;
  /** Called once when the list, or a node that could not be understood, has changed. */
  readonly onChange?: WatchListener;
}

/**
 * The servers or engines under `space`, in order of sequence. Foreign children are passed over; so are nodes that
 * cannot be read or understood, so that one of them does not hide the others.
 */
export async function readSpace(
  session: ZkSession,
  space: string,
  reading: SpaceReading,
): Promise<readonly ServiceNode[]> {
  const names = await childrenOf(session, space, reading.onChange);
  const found: Found[] = [];
  const queue = names.values();
  const work = async (): Promise<void> => {
    for (const name of queue) {
      const node = await readNode(session, space, name, reading);
      if (node !== null) found.push(node);
    }
  };
  await Promise.all(Array.from({ length: Math.min(MAX_PARALLEL_READS, names.length) }, work));
  return found.sort(bySequence).map(({ node }) => node);
}

interface Found {
  readonly node: ServiceNode;
  readonly sequence: number;
}

async function childrenOf(
  session: ZkSession,
  space: string,
  onChange: WatchListener | undefined,
): Promise<readonly string[]> {
  try {
    return await session.children(space, onChange);
  } catch (error) {
    if (!isZkCode(error, ZkCode.noNode)) throw error;
    // It may have been made between the two looks, and then its making fires no watch any more.
    if (onChange === undefined || (await session.exists(space, onChange)) === null) return [];
    return childrenOf(session, space, onChange);
  }
}

async function readNode(
  session: ZkSession,
  space: string,
  name: string,
  { known, logger, onChange }: SpaceReading,
): Promise<Found | null> {
  const parsed = parseNodeName(name);
  if (parsed === null) return null;
  const path = childOf(space, name);
  const before = known?.get(name);
  if (before !== undefined) return { node: before, sequence: parsed.sequence };
  try {
    let data = (await session.get(path)).data;
    // Somebody may write the data after the node: then it is looked at again.
    if (parseNodeData(data) === null && onChange !== undefined)
      data = (await session.get(path, onChange)).data;
    const instance = parseNodeData(data);
    if (instance === null) {
      logger.debug(`Passed over ${path}: its data is neither host:port nor Hive's configuration list`);
      return null;
    }
    return { node: { name, path, ...instance, attributes: parsed.attributes }, sequence: parsed.sequence };
  } catch (error) {
    if (!(error instanceof ZkError) || error.isConnectionProblem) throw error;
    if (error.zkCode !== ZkCode.noNode) logger.debug(`Passed over ${path}: ${error.message}`);
    return null;
  }
}

function bySequence(a: Found, b: Found): number {
  if (a.sequence !== b.sequence) return a.sequence < b.sequence ? -1 : 1;
  return a.node.name < b.node.name ? -1 : 1;
}
