import { type NodeSpec, SenbonError, type ServiceNode } from '@senbon/core';

export interface StoredNode {
  value: Uint8Array;
  version: number;
  /** The session it belongs to; `null` for a persistent one. */
  readonly owner: object | null;
}

const DIGITS = 10;
const MAX_VALUE_BYTES = 512 * 1024;

/** The tree that all clients of one memory discovery share. */
export class MemoryStore {
  readonly nodes = new Map<string, StoredNode>();
  readonly #listeners = new Set<() => void>();
  readonly #sequences = new Map<string, number>();

  /** Calls back, later but soon, after every change. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  create(path: string, value: Uint8Array, owner: object | null): StoredNode {
    const node = { value: value.slice(), version: 0, owner };
    this.nodes.set(path, node);
    this.changed();
    return node;
  }

  replace(node: StoredNode, value: Uint8Array): number {
    node.value = value.slice();
    this.changed();
    return ++node.version;
  }

  /** Its children stay; then so does the node, without a value. */
  delete(path: string): boolean {
    const node = this.nodes.get(path);
    if (node === undefined || node.value.length === 0) return false;
    if (this.children(path).length > 0) this.replace(node, new Uint8Array());
    else this.nodes.delete(path);
    this.changed();
    return true;
  }

  deleteOwnedBy(owner: object): void {
    for (const [path, node] of this.nodes) if (node.owner === owner) this.nodes.delete(path);
    this.changed();
  }

  /** The paths directly below. */
  children(path: string): readonly string[] {
    const prefix = `${path}/`;
    return [...this.nodes.keys()].filter(
      (key) => key.startsWith(prefix) && !key.slice(prefix.length).includes('/'),
    );
  }

  nextSequence(space: string): string {
    const next = this.#sequences.get(space) ?? 0;
    this.#sequences.set(space, next + 1);
    return String(next).padStart(DIGITS, '0');
  }

  /** In order of sequence; what is no server or engine is left out. */
  services(space: string): readonly ServiceNode[] {
    return this.children(space)
      .flatMap((path) => serviceOf(path, this.nodes.get(path)?.value ?? new Uint8Array()) ?? [])
      .toSorted((a, b) => ((a.attributes['sequence'] ?? '') < (b.attributes['sequence'] ?? '') ? -1 : 1));
  }

  changed(): void {
    for (const listener of this.#listeners) setImmediate(listener);
  }
}

export function nameOfSpec(spec: NodeSpec, sequence: string): string {
  const attributes = { ...spec.attributes, ...(spec.refId === undefined ? {} : { refId: spec.refId }) };
  const pairs = Object.entries({ version: spec.version, ...attributes, sequence });
  const parts = [`serverUri=${spec.host}:${spec.port}`, ...pairs.map(([key, value]) => `${key}=${value}`)];
  const bad = parts.find((part) => /[/;]/.test(part));
  if (bad === undefined) return parts.join(';');
  throw new SenbonError('DISCOVERY_FAILED', { path: parts.join(';'), problem: `${bad} holds / or ;` });
}

export function checkValue(path: string, value: Uint8Array): void {
  if (value.length > 0 && value.length <= MAX_VALUE_BYTES) return;
  const problem = `a value must have 1 to ${MAX_VALUE_BYTES} bytes; this one has ${value.length}`;
  throw new SenbonError('DISCOVERY_FAILED', { path, problem });
}

function serviceOf(path: string, value: Uint8Array): ServiceNode | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (!/^(serverUri|serviceUri)=/.test(name)) return null;
  const data = new TextDecoder().decode(value);
  const pairs = pairsOf(data);
  const [, plainHost, plainPort] = /^([^=;:]+):(\d+)$/.exec(data) ?? [];
  const host = pairs['hive.server2.thrift.bind.host'] ?? plainHost;
  const port = Number(
    pairs['hive.server2.thrift.port'] ?? pairs['hive.server2.thrift.http.port'] ?? plainPort,
  );
  if (host === undefined || !Number.isInteger(port)) return null;
  const { serverUri: _, serviceUri: __, ...attributes } = pairsOf(name);
  return { name, path, host, port, attributes };
}

function pairsOf(text: string): Record<string, string> {
  const pairs = text.split(';').flatMap((part): [string, string][] => {
    const equals = part.indexOf('=');
    return equals < 1 ? [] : [[part.slice(0, equals), part.slice(equals + 1)]];
  });
  return Object.fromEntries(pairs);
}
