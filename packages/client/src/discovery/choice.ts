import type { DiscoveredServer } from './discovered-server.ts';

/**
 * The order in which to try servers. Each place goes to the one with fewer sessions of two drawn at random: all clients
 * at once would run to the single emptiest. Where a count is not known, to the first one drawn.
 */
export function inOrderOfChoice<T extends Pick<DiscoveredServer, 'sessions'>>(
  servers: readonly T[],
  random: () => number,
): T[] {
  const rest = [...servers];
  const order: T[] = [];
  while (rest.length > 0) {
    const first = draw(rest.length, random);
    // Drawn from those that are left, whose places are shifted behind the first.
    const drawn = rest.length > 1 ? draw(rest.length - 1, random) : first;
    const second = drawn >= first ? Math.min(drawn + 1, rest.length - 1) : drawn;
    order.push(...rest.splice(isLighter(rest[second], rest[first]) ? second : first, 1));
  }
  return order;
}

function draw(count: number, random: () => number): number {
  return Math.min(Math.floor(random() * count), count - 1);
}

function isLighter(a: Pick<DiscoveredServer, 'sessions'> | undefined, b: typeof a): boolean {
  const [ofA, ofB] = [a?.sessions ?? null, b?.sessions ?? null];
  return ofA !== null && ofB !== null && ofA < ofB;
}
