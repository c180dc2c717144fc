// Who serves where: nodes that go with their owner, and those who want to know of them.
import { deferred, encodeNodeData, encodeNodeName } from '@senbon/core/discovery';
import { drop, put, servicesOf } from './shared-file.mjs';

/** `looks` are called with the newest store, again and again. */
export function registryOf({ file, owner, call, looks, closing }) {
  const change = (options, work) => call(options, () => file.change(work));
  return {
    async register(space, spec, options) {
      const name = encodeNodeName(spec);
      const path = await change(options, (store) => {
        const made = `${space}/${name}${String(store.revision).padStart(10, '0')}`;
        put(store, made, encodeNodeData(spec), spec.persistent ? null : owner);
        return made;
      });
      const { promise: ended, resolve } = deferred();
      const end = (why) => looks.delete(look) && [resolve(why)];
      const look = ({ nodes }) => nodes[path] ?? end('deleted');
      looks.add(look);
      closing.addEventListener('abort', () => end('closed'));
      const close = async () => void (end('closed') && file.change((store) => drop(store, path)));
      return { path, ended, close };
    },
    list: (space, options) => call(options, () => servicesOf(file.read(), space)),
    watch: (space, listener, options) =>
      call(options, () => {
        let told = null;
        const look = (store) => {
          const nodes = servicesOf(store, space);
          const text = JSON.stringify(nodes);
          if (text === told) return;
          told = text;
          try {
            listener(nodes);
          } catch {
            // Its own affair; the watch goes on.
          }
        };
        looks.add(look);
        look(file.read());
        return { close: () => looks.delete(look) };
      }),
    remove: (path, options) => change(options, (store) => drop(store, path)),
  };
}
