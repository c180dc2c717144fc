import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** Sends one of ZooKeeper's four-letter words (`ruok`, `srvr`, `conf`, `dump`, …) and returns the whole answer. */
export async function fourLetterWord(port: number, word: string, timeoutMs = 2_000): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', timeout: timeoutMs });
  socket.on('timeout', () => socket.destroy(new Error(`no answer to ${word} within ${timeoutMs} ms`)));
  socket.write(word);
  try {
    return await text(socket);
  } finally {
    socket.destroy();
  }
}
