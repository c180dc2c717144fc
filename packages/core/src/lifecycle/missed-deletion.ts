import type { Records } from '../ports/discovery.ts';
import { drainRequestPath, parseDrainRequest } from './drain-record.ts';
import type { ServerAddress } from './server-address.ts';

/**
 * Whether somebody who deleted one of these nodes left word of it. Whoever was cut off at that moment cannot tell the
 * deletion from the end of its session, with which the node would have gone too. Throws DISCOVERY_*.
 */
export async function wasDeletedUnseen(
  records: Records,
  addresses: readonly ServerAddress[],
  paths: ReadonlySet<string>,
): Promise<boolean> {
  const entries = await Promise.all(addresses.map((address) => records.get(drainRequestPath(address))));
  return entries.some((entry) => {
    const request = entry && parseDrainRequest(entry.value);
    return request?.action === 'drain' && request.nodes?.some((path) => paths.has(path)) === true;
  });
}
