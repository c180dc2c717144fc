import { connect } from 'node:net';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { encodeCall, frame, SaslPlainClient, TFetchOrientation } from '@senbon/hive-thrift';

const HEADER_BYTES = 4;
/** A reply without rows is smaller than this, one with rows larger. */
const EMPTY_REPLY_BYTES = 512;

/**
 * Reads a result over a socket of its own without keeping or decoding any of it, so that the client is not what is
 * measured. A slow reader rests in the middle of a reply, where a decoding client could not: `pauseMs` after every `everyBytes`.
 */
export async function rawFetch(endpoint, operation, { fetchSize, pauseMs = 0, everyBytes = Infinity }) {
  const socket = await login(endpoint);
  const chunks = socket.iterator({ destroyOnReturn: false });
  const request = frame(
    encodeCall('FetchResults', 1, {
      operationHandle: operation,
      orientation: TFetchOrientation.FETCH_NEXT,
      maxRows: BigInt(fetchSize),
    }),
  );
  let bytes = 0;
  let sinceRest = 0;
  try {
    for (;;) {
      socket.write(request);
      const header = Buffer.alloc(HEADER_BYTES);
      let received = 0;
      let length = Infinity;
      while (received < length) {
        const { value: chunk, done } = await chunks.next();
        if (done) throw new Error('the connection ended in the middle of a result');
        if (received < HEADER_BYTES) chunk.copy(header, received);
        received += chunk.length;
        if (length === Infinity && received >= HEADER_BYTES) length = header.readInt32BE(0) + HEADER_BYTES;
        sinceRest += chunk.length;
        if (sinceRest < everyBytes) continue;
        sinceRest = 0;
        await pause(pauseMs);
      }
      bytes += received;
      if (received < EMPTY_REPLY_BYTES) return bytes;
    }
  } finally {
    socket.destroy();
  }
}

async function login({ host, port, user, password }) {
  const socket = connect({ host, port, noDelay: true });
  const sasl = new SaslPlainClient({ user, password });
  await once(socket, 'connect');
  socket.write(sasl.start());
  for (;;) {
    const [chunk] = await once(socket, 'data');
    if (sasl.push(chunk).done) break;
  }
  socket.pause();
  return socket;
}
