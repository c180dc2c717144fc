import { SenbonError } from '../errors/senbon-error.ts';
import type { NodeSpec } from '../ports/discovery.ts';

/** `serverUri` since Kyuubi 1.8.1, `serviceUri` before; written is the former, read are both. */
const URI_KEYS = ['serverUri', 'serviceUri'] as const;

/** What breaks a znode name apart: `/` for ZooKeeper, `;` for every reader, control characters for both. */
const FORBIDDEN = /[/;\p{Cc}]/u;

export interface NodeName {
  /** `host:port`, as it stands in the name. */
  readonly uri: string;
  /** Every other `k=v`, in order. */
  readonly attributes: Readonly<Record<string, string>>;
  /** `Infinity` when there is none. */
  readonly sequence: number;
}

/** The name up to `sequence=`; ZooKeeper appends the ten digits, as to every sequential node. */
export function encodeNodeName(spec: NodeSpec): string {
  const pairs = Object.entries(spec.attributes ?? {});
  const parts = [
    `serverUri=${instanceOf(spec)}`,
    `version=${spec.version}`,
    ...pairs.map(([k, v]) => `${k}=${v}`),
  ];
  if (spec.refId !== undefined) parts.push(`refId=${spec.refId}`);
  const bad =
    parts.find((part) => FORBIDDEN.test(part)) ?? pairs.find(([key]) => key === '' || key.includes('='));
  if (bad !== undefined) {
    const problem = `${String(bad)} cannot stand in a node's name: / ; and control characters must not occur`;
    throw new SenbonError('DISCOVERY_FAILED', { path: parts.join(';'), problem });
  }
  return `${parts.join(';')};sequence=`;
}

/** `host:port`, with IPv6 in brackets. */
export function instanceOf({ host, port }: Pick<NodeSpec, 'host' | 'port'>): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** `null` for a child that is no server or engine. Values may be empty and may hold `=`. */
export function parseNodeName(name: string): NodeName | null {
  if (!URI_KEYS.some((key) => name.startsWith(`${key}=`))) return null;
  const attributes: Record<string, string> = {};
  let uri = '';
  for (const part of name.split(';')) {
    const equals = part.indexOf('=');
    if (equals < 1) continue;
    const key = part.slice(0, equals);
    const value = part.slice(equals + 1);
    if (URI_KEYS.some((known) => known === key)) uri = value;
    else attributes[key] = value;
  }
  const sequence = Number.parseInt(attributes['sequence'] ?? '', 10);
  return { uri, attributes, sequence: Number.isNaN(sequence) ? Number.POSITIVE_INFINITY : sequence };
}
