import type { ServiceNode } from '@senbon/core';
import type { CtlAction } from './syntax.ts';
import { titledTable } from './table.ts';

export interface SpaceNodes {
  readonly space: string;
  readonly nodes: readonly ServiceNode[];
  /** 0 when absent. */
  readonly exitCode?: number;
}

const HEADER = ['Namespace', 'Host', 'Port', 'Version'] as const;

/** `store`: what they are in, as in `zookeeper`, whose titles are Kyuubi's. */
export function titleOf(action: CtlAction, store: string): string {
  if (action === 'create') return `Created ${store} service nodes`;
  if (action === 'delete') return `Deleted ${store} service nodes`;
  return `${store.charAt(0).toUpperCase()}${store.slice(1)} service nodes`;
}

export function nodesTable(title: string, { space, nodes }: SpaceNodes): string {
  const rows = byName(nodes).map(({ host, port, attributes }) => [
    space,
    host,
    String(port),
    attributes['version'] ?? '',
  ]);
  return titledTable(title, HEADER, rows);
}

export function nodesJson({ space, nodes }: SpaceNodes): string {
  const entries = byName(nodes).map(({ name, host, port, attributes }) => ({
    namespace: space,
    host,
    port,
    version: attributes['version'] ?? null,
    attributes,
    node: name,
  }));
  return JSON.stringify(entries, null, 2);
}

export function nodesAt(
  nodes: readonly ServiceNode[],
  at: { readonly host: string; readonly port: number } | null,
): readonly ServiceNode[] {
  return at === null ? nodes : nodes.filter(({ host, port }) => host === at.host && port === at.port);
}

function byName(nodes: readonly ServiceNode[]): readonly ServiceNode[] {
  return [...nodes].sort((a, b) => (a.name < b.name ? -1 : 1));
}
