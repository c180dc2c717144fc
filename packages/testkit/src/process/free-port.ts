import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port that was free a moment ago on `host`. Somebody else may take it before you do: whoever starts a server on it
 * has to see that it is that server which answers, and try again with another port.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error(`no port on ${host}`);
  return address.port;
}
