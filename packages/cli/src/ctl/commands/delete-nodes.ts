import type { ServiceNode } from '@senbon/core';
import { nodesAt, type SpaceNodes } from '../nodes.ts';
import type { CommandContext } from './context.ts';

/** What owned the nodes hears of it and ends gracefully. */
export async function deleteNodes({ request, discovery, say }: CommandContext): Promise<SpaceNodes> {
  const { space, at } = request;
  const deleted: ServiceNode[] = [];
  for (const node of nodesAt(await discovery.registry.list(space), at)) {
    say(`Deleting zookeeper service node:${node.path}`);
    if (await discovery.registry.remove(node.path)) deleted.push(node);
  }
  return { space, nodes: deleted };
}
