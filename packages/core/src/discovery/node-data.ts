import type { NodeSpec } from '../ports/discovery.ts';
import { instanceOf } from './node-name.ts';

export interface Instance {
  readonly host: string;
  readonly port: number;
}

const BIND_HOST = 'hive.server2.thrift.bind.host';
/** A binary server publishes the first, one in HTTP mode the second; the first wins in every driver. */
const PORTS = ['hive.server2.thrift.port', 'hive.server2.thrift.http.port'] as const;

export function encodeNodeData(spec: NodeSpec): Buffer {
  return Buffer.from(spec.data ?? instanceOf(spec), 'utf8');
}

/** Reads `host:port`, or Hive's published `k=v;…` list. `null` when it is neither. */
export function parseNodeData(data: Uint8Array): Instance | null {
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8').trim();
  return text.includes('=') ? parsePairs(text) : parseInstance(text);
}

function parsePairs(text: string): Instance | null {
  const pairs = new Map<string, string>();
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0) pairs.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  const host = pairs.get(BIND_HOST);
  const port = PORTS.map((key) => pairs.get(key)).find((value) => value !== undefined);
  return host === undefined || port === undefined ? null : instance(host, port);
}

function parseInstance(text: string): Instance | null {
  const colon = text.lastIndexOf(':');
  return colon < 1 ? null : instance(text.slice(0, colon), text.slice(colon + 1));
}

function instance(host: string, portText: string): Instance | null {
  const bare = /^\[(.+)\]$/.exec(host)?.[1] ?? host;
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
  const isHost = bare !== '' && (bare !== host || !bare.includes(':')) && !/[\s/;,]/.test(bare);
  return isHost && port > 0 && port <= 65_535 ? { host: bare, port } : null;
}
