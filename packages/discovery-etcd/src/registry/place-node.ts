import type { NodeSpec } from '@senbon/core';
import { encodeNodeName, instanceOf } from '@senbon/core/discovery';
import type { Attempt } from '../client/etcd-client.ts';
import { childOf, keyOf, prefixRange } from '../client/keys.ts';
import { readRange } from './read-space.ts';

const SEQUENCE_DIGITS = 10;
const NAME_PREFIX = 'serverUri=';

export interface Placing {
  readonly space: string;
  readonly spec: NodeSpec;
  /** `'0'` for a persistent node. */
  readonly leaseId: string;
}

/** The path but for the sequence. */
export function prefixOf({ space, spec }: Placing): string {
  return childOf(space, encodeNodeName(spec));
}

/**
 * Makes the node and returns its path. Its sequence is the revision of the store after which no node of this space was
 * made or changed: it grows with every registration, also behind nodes that are gone, and needs neither lock nor counter.
 */
export async function placeNode({ link, timeoutMs }: Attempt, placing: Placing): Promise<string> {
  const { space, spec, leaseId } = placing;
  const nodes = prefixRange(childOf(space, NAME_PREFIX));
  while (true) {
    const { header } = await link.range({ ...nodes, count_only: true }, timeoutMs);
    const sequence = Number(header.revision) + 1;
    const path = `${prefixOf(placing)}${String(sequence).padStart(SEQUENCE_DIGITS, '0')}`;
    const { succeeded } = await link.txn(
      {
        compare: [{ ...nodes, target: 'Mod', result: 'Less', mod_revision: sequence }],
        success: [
          { request_put: { key: keyOf(path), value: Buffer.from(instanceOf(spec)), lease: leaseId } },
        ],
      },
      timeoutMs,
    );
    if (succeeded) return path;
  }
}

/** Kyuubi's mark of a space: a key with its own path as its value. */
export async function markSpace({ link, timeoutMs }: Attempt, space: string): Promise<void> {
  const key = keyOf(space);
  await link.txn(
    {
      compare: [{ key, target: 'Create', result: 'Equal', create_revision: 0 }],
      success: [{ request_put: { key, value: key } }],
    },
    timeoutMs,
  );
}

/** A node of an attempt whose answer was lost, told by its lease. */
export async function findOwn(
  attempt: Attempt,
  placing: Placing,
  ownPaths: ReadonlySet<string>,
): Promise<string | null> {
  const entries = await readRange(attempt, prefixOf(placing));
  const own = entries.find(
    ({ key, lease }) => lease === placing.leaseId && !ownPaths.has(key.toString('utf8')),
  );
  return own?.key.toString('utf8') ?? null;
}

/** False when it was gone already. */
export async function deleteKey({ link, timeoutMs, count }: Attempt, path: string): Promise<boolean> {
  const { responses } = await link.txn(
    { success: [{ request_delete_range: { key: keyOf(path) } }] },
    timeoutMs,
  );
  // After a lost answer it may have been this very call that deleted it.
  return Number(responses[0]?.response_delete_range.deleted ?? 0) > 0 || count > 0;
}
