// Service discovery in a shared file: what implements the port `DiscoveryPlugin`. See README.md.
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { SenbonError } from '@senbon/core';
import { pause } from '@senbon/core/discovery';
import { recordsOf } from './records.mjs';
import { registryOf } from './registry.mjs';
import { drop, put, SharedFile } from './shared-file.mjs';

const POLL_MS = 10;

export const discoveryPlugin = {
  name: 'file',
  supports: { publishedConfigs: true, acl: false },
  async open({ addresses: folder }, { signal }) {
    signal?.throwIfAborted();
    if (existsSync(folder)) return openFile(new SharedFile(folder));
    throw new SenbonError('DISCOVERY_UNREACHABLE', { addresses: folder, problem: 'there is no such folder' });
  },
};

function openFile(file) {
  const owner = `${process.pid}:${randomUUID()}`;
  const [stop, looks, listeners] = [new AbortController(), new Set(), new Set()];
  setMaxListeners(0, stop.signal);
  const call = async (options, work) => {
    for (const signal of [stop.signal, options?.signal]) signal?.throwIfAborted();
    return work();
  };
  const parts = { file, owner, call, looks, closing: stop.signal };
  const state = () => (stop.signal.aborted ? 'closed' : 'connected');
  const onChange = (listener) => (listeners.add(listener), () => listeners.delete(listener));
  const close = async () => {
    if (stop.signal.aborted) return;
    stop.abort(new SenbonError('DISCOVERY_CLOSED'));
    file.change(({ nodes }) => {
      for (const [path, node] of Object.entries(nodes)) if (node.owner === owner) delete nodes[path];
    });
    for (const listener of listeners) listener('closed');
  };
  void pollUntil(
    stop.signal,
    () => looks.size && [file.read()].forEach((store) => looks.forEach((look) => look(store))),
  );
  return {
    registry: registryOf(parts),
    records: recordsOf(parts),
    locks: locksOf(parts),
    connection: {
      get state() {
        return state();
      },
      onChange,
    },
    close,
  };
}

async function pollUntil(signal, work) {
  for (; !signal.aborted; await pause(POLL_MS, signal)) work();
}

const locksOf = ({ file, owner, call, closing }) => ({
  async withLock(path, timeoutMs, fn, options) {
    const [key, endsAt] = [`${path} lock`, performance.now() + timeoutMs];
    const take = (store) => store.nodes[key] === undefined && put(store, key, '', owner) > 0;
    while (!(await call(options, () => file.change(take)))) {
      if (performance.now() >= endsAt)
        throw new SenbonError('DISCOVERY_LOCK_TIMEOUT', { path, ms: timeoutMs });
      await pause(POLL_MS, closing);
    }
    try {
      return await fn(closing);
    } finally {
      file.change((store) => store.nodes[key]?.owner === owner && drop(store, key));
    }
  },
});
