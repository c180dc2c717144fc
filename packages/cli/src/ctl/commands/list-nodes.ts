import { nodesAt, type SpaceNodes } from '../nodes.ts';
import type { CommandContext } from './context.ts';

/** `list`, and `get` with an address. */
export async function listNodes({ request, discovery }: CommandContext): Promise<SpaceNodes> {
  const { space, at } = request;
  return { space, nodes: nodesAt(await discovery.registry.list(space), at) };
}
