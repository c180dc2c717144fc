// A tree of values in one file, which all processes of a machine may share: path -> { value, version, owner }.
import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseNodeData, parseNodeName } from '@senbon/core/discovery';

export class SharedFile {
  constructor(folder) {
    this.file = `${folder}/store.json`;
    this.lock = `${folder}/lock`;
  }

  /** Without what the dead left behind. The file is replaced at once, so that reading needs no lock. */
  read() {
    const empty = { revision: 0, nodes: {} };
    const store = existsSync(this.file) ? JSON.parse(readFileSync(this.file, 'utf8')) : empty;
    for (const [path, { owner }] of Object.entries(store.nodes))
      if (!isAlive(owner)) delete store.nodes[path];
    return store;
  }

  change(work) {
    // Of two processes that make the same folder, one fails.
    while (!succeeds(() => mkdirSync(this.lock)));
    try {
      const store = this.read();
      store.revision++;
      const result = work(store);
      writeFileSync(`${this.file}.new`, JSON.stringify(store));
      renameSync(`${this.file}.new`, this.file);
      return result;
    } finally {
      rmdirSync(this.lock);
    }
  }
}

/** Returns the new version. */
export function put({ nodes, revision }, path, bytes, owner = null) {
  nodes[path] = { value: Buffer.from(bytes).toString('base64'), version: revision, owner };
  return revision;
}

/** False when it was gone already. */
export function drop({ nodes }, path) {
  return nodes[path] !== undefined && delete nodes[path];
}

export function recordAt({ nodes }, path) {
  const { value, version } = nodes[path] ?? {};
  return value ? { path, value: Buffer.from(value, 'base64'), version } : null;
}

export function recordsBelow(store, parent) {
  const paths = Object.keys(store.nodes).filter((path) => dirname(path) === parent);
  return paths.flatMap((path) => recordAt(store, path) ?? []);
}

/** The servers or engines of a space in the order of their sequence; what is neither is left out. */
export function servicesOf(store, space) {
  const found = recordsBelow(store, space).flatMap(({ path, value }) => {
    const name = path.slice(space.length + 1);
    const [parsed, instance] = [parseNodeName(name), parseNodeData(value)];
    return parsed && instance
      ? [{ ...parsed, node: { name, path, ...instance, attributes: parsed.attributes } }]
      : [];
  });
  return found.sort((a, b) => a.sequence - b.sequence).map(({ node }) => node);
}

const isAlive = (owner) => owner === null || succeeds(() => process.kill(Number.parseInt(owner, 10), 0));

function succeeds(work) {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
