// Small persistent values, replaced only by who knows their version.
import { SenbonError } from '@senbon/core';
import { drop, put, recordAt, recordsBelow } from './shared-file.mjs';

const MAX_BYTES = 512 * 1024;

export const recordsOf = ({ file, call }) => ({
  get: (path, options) => call(options, () => recordAt(file.read(), path)),
  list: (path, options) => call(options, () => recordsBelow(file.read(), path)),
  delete: (path, options) => call(options, () => file.change((store) => drop(store, path))),
  put: (path, value, options = {}) =>
    call(options, () => {
      if (value.length > MAX_BYTES)
        throw new SenbonError('DISCOVERY_FAILED', { path, problem: 'it is too large' });
      return file.change((store) => {
        const present = store.nodes[path]?.version ?? 'absent';
        if ((options.expected ?? present) !== present) throw new SenbonError('DISCOVERY_CONFLICT', { path });
        return put(store, path, value);
      });
    }),
});
