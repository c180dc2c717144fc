import {
  drainReportPath,
  type DrainRequest,
  drainRequestPath,
  encodeDrainRecord,
  type ServiceNode,
} from '@senbon/core';
import { nodesAt, type SpaceNodes } from '../nodes.ts';
import type { CommandContext } from './context.ts';
import { DrainEnd, DrainWatch, type WatchEnd } from './drain-watch.ts';

/** What owned the nodes hears of it and ends gracefully. */
export async function deleteNodes(context: CommandContext): Promise<SpaceNodes> {
  const { request, discovery, say, clock } = context;
  const { space, at, isWaiting, deadlineMs } = request;
  const nodes = nodesAt(await discovery.registry.list(space), at);
  if (at === null || (!isWaiting && deadlineMs === null)) {
    return { space, nodes: await remove(context, nodes) };
  }
  const address = { space, ...at };
  const requestPath = drainRequestPath(address);
  const hasReported = (await discovery.records.get(drainReportPath(address))) !== null;
  if (nodes.length === 0 && !hasReported) {
    say(`No server ${at.host}:${at.port} is registered in ${space} or draining`);
    return isWaiting ? { space, nodes: [], exitCode: DrainEnd.absent } : { space, nodes: [] };
  }
  const paths = nodes.map(({ path }) => path);
  const ask: DrainRequest = {
    at: clock.now(),
    action: 'drain',
    deadlineMs,
    ...(paths.length > 0 ? { nodes: paths } : {}),
  };
  // Before its node goes: a gateway without sessions has gone a moment later.
  await discovery.records.put(requestPath, encodeDrainRecord(ask));
  const deleted = await remove(context, nodes).catch(async (error: unknown) => {
    // Where access is by credentials, a request of ours would be in the way of whoever may delete the node.
    await discovery.records.delete(requestPath).catch(() => {});
    throw error;
  });
  if (!isWaiting) return { space, nodes: deleted };
  const exitCode = await new DrainWatch({ discovery, address, deadlineMs, clock, say }, hasReported).end();
  // One that says nothing may be cut off from discovery: it hears of it when it is back.
  const isForLater = exitCode === DrainEnd.silent && deleted.length > 0;
  if (exitCode !== DrainEnd.late && !isForLater) await discovery.records.delete(requestPath);
  say(`${at.host}:${at.port} ${texts[exitCode]}`);
  return { space, nodes: deleted, exitCode };
}

const texts: Readonly<Record<WatchEnd, string>> = {
  [DrainEnd.gone]: 'has gone',
  [DrainEnd.late]: 'is still draining after its deadline; see its log, or stop it with: kyuubi stop --now',
  [DrainEnd.silent]:
    'says nothing: it was killed, it hangs, or it is no gateway that reports. Its node is gone; look at its process',
  [DrainEnd.undone]: 'takes sessions again: somebody has undone the drain',
};

async function remove(
  { discovery, store, say }: CommandContext,
  nodes: readonly ServiceNode[],
): Promise<readonly ServiceNode[]> {
  const deleted: ServiceNode[] = [];
  for (const node of nodes) {
    say(`Deleting ${store} service node:${node.path}`);
    if (await discovery.registry.remove(node.path)) deleted.push(node);
  }
  return deleted;
}
