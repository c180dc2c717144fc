import type { ServiceNode } from '@senbon/core';
import type { SpaceNodes } from '../nodes.ts';
import type { CommandContext } from './context.ts';

/** Copies the servers of the own space into another, as nodes that stay until somebody deletes them. */
export async function createServers({
  request,
  discovery,
  withOwn,
  say,
}: CommandContext): Promise<SpaceNodes> {
  const { space, ownSpace } = request;
  const servers = await withOwn((own) => own.registry.list(ownSpace));
  if (servers.length === 0) say(`Warning: No server is registered in ${ownSpace}`);
  const created: ServiceNode[] = [];
  for (const { host, port, attributes } of servers) {
    const version = attributes['version'] ?? '';
    say(`Exposing server instance: ${host}:${port} with version: ${version} to ${space}`);
    const spec = { host, port, version, persistent: true };
    const { path } = await discovery.registry.register(space, spec);
    created.push({ name: path.slice(path.lastIndexOf('/') + 1), path, host, port, attributes: { version } });
  }
  return { space, nodes: created };
}
