import { Agent, type IncomingMessage, request } from 'node:http';
import { messageOf } from '../errors/senbon-error.ts';
import type { Logger } from '../ports/logger.ts';
import type { ReplySink } from '../relay/reply-sink.ts';
import type { ClientContext } from '../session/client-context.ts';
import { CALLS_PATH, END_PATH, FROM_HEADER, IP_HEADER, USER_HEADER } from './back-door.ts';

/** Further calls for the other process wait for one of these. */
const MAX_CONNECTIONS = 256;
const MAX_IDLE_CONNECTIONS = 8;

/** Another process that has, or had, the same sockets: through its back door its sessions are served. */
export class Neighbour {
  readonly #path: string;
  readonly #logger: Logger;
  readonly #agent = new Agent({
    keepAlive: true,
    maxSockets: MAX_CONNECTIONS,
    maxFreeSockets: MAX_IDLE_CONNECTIONS,
  });
  #ended: Promise<void> = Promise.resolve();

  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
  }

  /** From now on `ended` tells. */
  watch(): void {
    const vigil = request({ socketPath: this.#path, path: END_PATH, agent: this.#agent });
    this.#ended = new Promise((resolve) => {
      vigil.once('close', resolve);
    });
    vigil.on('error', () => {});
    vigil.end();
  }

  /** Resolves when it has ended, or is not watched. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Has it answer a call of one of its sessions. False when it cannot: it is not there, and nothing was sent to `sink`. */
  async serve(message: Uint8Array, client: ClientContext, sink: ReplySink): Promise<boolean> {
    let response: IncomingMessage;
    try {
      response = await this.#post(message, client);
    } catch (error) {
      this.#logger.debug(`The process at ${this.#path} does not answer: ${messageOf(error)}`);
      return false;
    }
    if (response.statusCode !== 200) {
      response.resume();
      return false;
    }
    await passOn(response, sink);
    return true;
  }

  /** Idempotent. */
  close(): void {
    this.#agent.destroy();
  }

  #post(message: Uint8Array, { user, ip, cameFrom, gone }: ClientContext): Promise<IncomingMessage> {
    const headers = {
      'content-length': message.length,
      [IP_HEADER]: ip,
      ...(cameFrom === undefined ? {} : { [FROM_HEADER]: cameFrom }),
      ...(user === null ? {} : { [USER_HEADER]: encodeURIComponent(user) }),
    };
    return new Promise((resolve, reject) => {
      const call = request({
        socketPath: this.#path,
        path: CALLS_PATH,
        method: 'POST',
        headers,
        agent: this.#agent,
        // So that the other process too learns that nobody waits.
        signal: gone?.(),
      });
      call.once('response', resolve);
      call.on('error', reject);
      call.end(message);
    });
  }
}

async function passOn(response: IncomingMessage, sink: ReplySink): Promise<void> {
  try {
    sink.begin(Number(response.headers['content-length']));
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (!sink.write(chunk)) await sink.drained();
    }
  } catch (error) {
    sink.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}
