import type { Logger, ServiceNode } from '@senbon/core';
import { parseNodeData, parseNodeName } from '@senbon/core/discovery';
import type { IKeyValue } from 'etcd3';
import type { Attempt } from '../client/etcd-client.ts';
import { childOf, prefixRange } from '../client/keys.ts';

/** Nodes of a space in one answer. */
const PAGE = 1_000;
/** How a node's name begins, `serverUri=` and the older `serviceUri=`; Kyuubi's locks and counters do not. */
const NAME_PREFIX = 'serv';

export interface FoundNode {
  readonly node: ServiceNode;
  /** When it was made, as a revision of the store. */
  readonly createdAt: number;
}

/**
 * The servers or engines under `space`, in the order in which they were registered: Kyuubi numbers nodes anew for each
 * host and port, so that the sequence says nothing about two of them.
 */
export async function readSpace(
  attempt: Pick<Attempt, 'link' | 'timeoutMs'>,
  space: string,
  logger: Logger,
): Promise<readonly FoundNode[]> {
  const keys = await readRange(attempt, childOf(space, NAME_PREFIX));
  const nodes = keys.flatMap((entry) => toNode(space, entry, logger) ?? []);
  return nodes.sort((a, b) => a.createdAt - b.createdAt);
}

/** All that begins with `prefix`, as it was at one moment. */
export async function readRange(
  { link, timeoutMs }: Pick<Attempt, 'link' | 'timeoutMs'>,
  prefix: string,
): Promise<readonly IKeyValue[]> {
  const { key, range_end } = prefixRange(prefix);
  const found: IKeyValue[] = [];
  let from = key;
  let revision = '0';
  while (true) {
    const page = await link.range({ key: from, range_end, limit: PAGE, revision }, timeoutMs);
    found.push(...page.kvs);
    const last = page.kvs.at(-1);
    if (!page.more || last === undefined) return found;
    revision = page.header.revision;
    from = Buffer.concat([last.key, Buffer.of(0)]);
  }
}

function toNode(space: string, { key, value, create_revision }: IKeyValue, logger: Logger): FoundNode | null {
  const path = key.toString('utf8');
  const name = path.slice(childOf(space, '').length);
  const parsed = name.includes('/') ? null : parseNodeName(name);
  if (parsed === null) return null;
  const instance = parseNodeData(value);
  if (instance === null) {
    logger.debug(`Passed over ${path}: its value is not host:port`);
    return null;
  }
  const node = { name, path, ...instance, attributes: parsed.attributes };
  return { node, createdAt: Number(create_revision) };
}
