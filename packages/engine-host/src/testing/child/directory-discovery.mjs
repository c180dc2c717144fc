import { mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setInterval } from 'node:timers';

/**
 * Service discovery for engine processes in tests: `addresses` is a directory, a node is a file in it. The test reads
 * the file to find the engine and deletes it to have the engine drained.
 */
export const discoveryPlugin = {
  name: 'directory',
  supports: { publishedConfigs: false, acl: false },
  async open({ addresses }) {
    const closers = [];
    return {
      registry: { register: (space, node) => register(addresses, space, node, closers) },
      connection: { state: 'connected', onChange: () => () => {} },
      async close() {
        for (const close of closers) await close();
      },
    };
  },
};

async function register(directory, space, node, closers) {
  await mkdir(directory, { recursive: true });
  const path = join(directory, `${node.refId}.json`);
  await writeFile(path, JSON.stringify({ space, ...node, pid: process.pid }), { flag: 'wx' });
  let end;
  const ended = new Promise((resolve) => {
    end = resolve;
  });
  const timer = setInterval(() => {
    readFile(path).catch(() => {
      clearInterval(timer);
      end('deleted');
    });
  }, 20);
  const close = async () => {
    clearInterval(timer);
    await unlink(path).catch(() => {});
    end('closed');
  };
  closers.push(close);
  return { path, ended, close };
}
