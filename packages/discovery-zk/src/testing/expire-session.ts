import { once } from 'node:events';
import { connect } from 'node:net';
import { ConnectionState, type DiscoveryClient } from '@senbon/core';
import { ZkDiscoveryClient } from '../zk-discovery-client.ts';

const TIMEOUT_MS = 5_000;
const SESSION_TIMEOUT_MS = 10_000;
const CLOSE_SESSION = -11;
const MAX_ATTEMPTS = 10;
/** A server that closes a session closes its connection too, so its client knows within moments. */
const NOTICE_MS = 1_000;

/**
 * Ends a client's session behind its back, for tests: a second connection takes the session over and closes it. Both
 * requests go in one packet, because the client takes its session back at once; in an ensemble it may even be quicker
 * than that, so this goes on until the client has noticed. `address` is one server's.
 */
export async function expireSession(
  client: DiscoveryClient,
  address: { readonly host: string; readonly port: number },
): Promise<void> {
  if (!(client instanceof ZkDiscoveryClient)) throw new TypeError('not a client of this plugin');
  const { id, password } = client.sessionCredentials;
  let isLost = false;
  let wake = (): void => undefined;
  const stop = client.connection.onChange((state) => {
    isLost ||= state === ConnectionState.lost;
    if (isLost) wake();
  });
  try {
    for (let attempt = 0; attempt < MAX_ATTEMPTS && !isLost; attempt++) {
      await takeOverAndClose(id, password, address);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, isLost ? 0 : NOTICE_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    stop();
  }
  if (!isLost) throw new Error(`session 0x${id} could not be ended`);
}

async function takeOverAndClose(
  id: string,
  password: string,
  address: { readonly host: string; readonly port: number },
): Promise<void> {
  const socket = connect({ host: address.host, port: address.port, timeout: TIMEOUT_MS });
  socket.on('timeout', () => socket.destroy(new Error(`no answer from ZooKeeper within ${TIMEOUT_MS} ms`)));
  socket.write(Buffer.concat([connectRequest(id, password), closeRequest()]));
  // The server ends the connection when it has closed the session.
  socket.resume();
  await once(socket, 'close');
}

/** protocol version, last zxid seen, time-out, session id, password, read-only. */
function connectRequest(id: string, password: string): Buffer {
  const secret = Buffer.from(password, 'hex');
  const body = Buffer.alloc(28 + secret.length + 1);
  body.writeInt32BE(SESSION_TIMEOUT_MS, 12);
  body.writeBigUInt64BE(BigInt(`0x${id}`), 16);
  body.writeInt32BE(secret.length, 24);
  secret.copy(body, 28);
  return framed(body);
}

/** xid, operation. */
function closeRequest(): Buffer {
  const body = Buffer.alloc(8);
  body.writeInt32BE(1, 0);
  body.writeInt32BE(CLOSE_SESSION, 4);
  return framed(body);
}

function framed(body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}
