import { Agent, type IncomingMessage, request } from 'node:http';
import { messageOf, SenbonError } from '../errors/senbon-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { ReplySink } from '../relay/reply-sink.ts';
import type { ClientContext } from '../session/client-context.ts';
import { type LeftSessions, parseLeft } from '../lifecycle/left-sessions.ts';
import { CALLS_PATH, END_PATH, FROM_HEADER, IP_HEADER, LEFT_PATH, USER_HEADER } from './back-door.ts';

/** Further calls for the other process wait for one of these. */
const MAX_CONNECTIONS = 256;
const MAX_IDLE_CONNECTIONS = 8;
/** Those that are answered and those that wait. Each holds its client's message. */
const MAX_CALLS = 2_048;
/** Of what the other process says of a call that it could not serve. */
const MAX_PROBLEM_BYTES = 4_096;
/** Twenty users. */
const MAX_LEFT_BYTES = 65_536;
/** It asks the one before it in turn. */
const LEFT_TIMEOUT_MS = 5_000;

export interface NeighbourOptions {
  /** How long it may bring no byte of an answer; its engines have as long. */
  readonly answerTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Another process that has, or had, the same sockets: through its back door its sessions are served. */
export class Neighbour {
  readonly #path: string;
  readonly #options: NeighbourOptions;
  #calls = 0;
  readonly #agent = new Agent({
    keepAlive: true,
    maxSockets: MAX_CONNECTIONS,
    maxFreeSockets: MAX_IDLE_CONNECTIONS,
  });
  #ended: Promise<void> = Promise.resolve();

  constructor(path: string, options: NeighbourOptions) {
    this.#path = path;
    this.#options = options;
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

  /**
   * Has it answer a call of one of its sessions. False when it has none such, or is not there; nothing was sent to `sink` then,
   * nor when this throws NEIGHBOUR_BUSY: it has too many calls, says so, or says nothing.
   */
  async serve(message: Uint8Array, client: ClientContext, sink: ReplySink): Promise<boolean> {
    if (this.#calls >= MAX_CALLS) throw busy(`has ${MAX_CALLS} calls from here to answer`);
    this.#calls += 1;
    try {
      const response = await this.#post(message, client);
      if (response === null) return false;
      if (response.statusCode === 200) await this.#passOn(response, sink);
      else if (response.statusCode === 404) response.resume();
      else throw busy(`refused the call: ${await problemOf(response)}`);
      return response.statusCode === 200;
    } finally {
      this.#calls -= 1;
    }
  }

  /** Who is left there; `null` when it does not say. `deadlineMs`: by when it is to end. Never rejects. */
  left(deadlineMs: number | null): Promise<LeftSessions | null> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const call = request({ socketPath: this.#path, path: LEFT_PATH, method: 'POST', agent: false });
      const timer = clock.after(LEFT_TIMEOUT_MS, () => call.destroy());
      call.once('response', (response) => {
        textOf(response, MAX_LEFT_BYTES).then(
          (text) => resolve(parseLeft(text)),
          () => resolve(null),
        );
      });
      call.on('error', () => {});
      call.once('close', () => {
        timer.cancel();
        resolve(null);
      });
      call.end(deadlineMs === null ? '' : String(Math.ceil(deadlineMs)));
    });
  }

  /** Idempotent. */
  close(): void {
    this.#agent.destroy();
  }

  /** `null` when it is not there. */
  #post(message: Uint8Array, { user, ip, cameFrom, gone }: ClientContext): Promise<IncomingMessage | null> {
    const { answerTimeoutMs, clock, logger } = this.#options;
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
      // From here on, as a call may also wait for a connection.
      const timer = clock.after(answerTimeoutMs, () => {
        reject(busy(`has not answered for ${answerTimeoutMs} ms`));
        call.destroy();
      });
      call.once('response', (response) => {
        timer.cancel();
        resolve(response);
      });
      call.on('error', (error) => {
        timer.cancel();
        logger.debug(`The process at ${this.#path} does not answer: ${messageOf(error)}`);
        resolve(null);
      });
      call.end(message);
    });
  }

  /** Never rejects: a reply that has begun can only be cut off. */
  async #passOn(response: IncomingMessage, sink: ReplySink): Promise<void> {
    const { answerTimeoutMs, clock } = this.#options;
    const patience = () =>
      clock.after(answerTimeoutMs, () =>
        response.destroy(busy(`has sent nothing for ${answerTimeoutMs} ms`)),
      );
    let timer = patience();
    try {
      sink.begin(Number(response.headers['content-length']));
      for await (const chunk of response as AsyncIterable<Buffer>) {
        // A client that is slow is no fault of the other process.
        timer.cancel();
        if (!sink.write(chunk)) await sink.drained();
        timer = patience();
      }
    } catch (error) {
      sink.destroy(error instanceof Error ? error : new Error(String(error)));
    } finally {
      timer.cancel();
    }
  }
}

function busy(problem: string): SenbonError {
  return new SenbonError('NEIGHBOUR_BUSY', { problem });
}

async function problemOf(response: IncomingMessage): Promise<string> {
  const text = await textOf(response, MAX_PROBLEM_BYTES);
  return text === '' ? `status ${response.statusCode}` : text;
}

async function textOf(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes > maxBytes) break;
    }
  } catch {
    // What there is of it will do.
  }
  return Buffer.concat(chunks).toString('utf8', 0, maxBytes);
}
