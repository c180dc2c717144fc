import type { Acl, Stat } from '../wire/records.ts';
import type { Lifetime } from './create-mode.ts';

/** One node of the tree. Only the tree changes it. */
export interface Znode {
  readonly czxid: number;
  readonly ctimeMs: number;
  readonly lifetime: Lifetime;
  readonly children: Set<string>;
  data: Buffer | null;
  acl: readonly Acl[];
  mzxid: number;
  mtimeMs: number;
  version: number;
  aversion: number;
  pzxid: number;
  /** How many children were ever created below it. It numbers sequential children and never goes back. */
  createdChildren: number;
}

/**
 * What clients see of a node. `cversion` counts creates and deletes of children; since every child ever
 * created is either still there or was deleted, it follows from the creates alone. Containers and TTL
 * nodes show no owner.
 */
export function statOf(node: Znode): Stat {
  return {
    czxid: node.czxid,
    mzxid: node.mzxid,
    ctime: node.ctimeMs,
    mtime: node.mtimeMs,
    version: node.version,
    cversion: (node.createdChildren * 2 - node.children.size) | 0,
    aversion: node.aversion,
    ephemeralOwner: node.lifetime.kind === 'ephemeral' ? node.lifetime.owner : 0n,
    dataLength: node.data?.length ?? 0,
    numChildren: node.children.size,
    pzxid: node.pzxid,
  };
}

/** Ten digits, as `%010d` of a signed 32-bit counter. */
export function sequenceSuffix(counter: number): string {
  return counter < 0 ? `-${String(-counter).padStart(9, '0')}` : String(counter).padStart(10, '0');
}

/** Versions are signed 32-bit integers that wrap. */
export function increment(version: number): number {
  return (version + 1) | 0;
}

const NODE_OVERHEAD_BYTES = 400;

/** What a node costs in memory, roughly; the tree's bound adds these up. */
export function costOf(path: string, data: Buffer | null): number {
  return NODE_OVERHEAD_BYTES + path.length * 2 + (data?.length ?? 0);
}
