import { type Gateway, listenPrivately, messageOf } from '@senbon/core';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  type GatewayStatus,
  STATUS_PATH,
  UPGRADE_PATH,
  type UpgradeReply,
  upgradeRequest,
} from './protocol.ts';
import type { Upgrade } from './upgrade.ts';

export interface ControlSocketOptions {
  readonly gateway: Pick<Gateway, 'state' | 'openSessions'>;
  readonly upgrade: Upgrade;
}

/** An environment may be large, a command line too. */
const MAX_REQUEST_BYTES = 4_194_304;

/** A Unix socket beside the pid file at which `bin/kyuubi`, and nobody but this OS user, speaks to a gateway. */
export class ControlSocket {
  readonly #options: ControlSocketOptions;
  readonly #server: Server;

  private constructor(options: ControlSocketOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** Throws FOLDER_UNUSABLE. */
  static async open(path: string, options: ControlSocketOptions): Promise<ControlSocket> {
    const control = new ControlSocket(options);
    await listenPrivately(control.#server, path);
    return control;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (request.url === STATUS_PATH) return answer(response, 200, this.#status());
      if (request.url === UPGRADE_PATH) return answer(response, 200, await this.#upgrade(request, response));
      answer(response, 404, { problem: `nothing is at ${request.url}` });
    } catch (error) {
      answer(response, 409, { problem: messageOf(error) });
    }
  }

  #status(): GatewayStatus {
    const { state, openSessions } = this.#options.gateway;
    return { state, openSessions };
  }

  async #upgrade(request: IncomingMessage, response: ServerResponse): Promise<UpgradeReply> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const wanted = upgradeRequest.parse(JSON.parse(await bodyOf(request)));
    return { pid: await this.#options.upgrade.run(wanted, gone.signal) };
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_REQUEST_BYTES)
      throw new RangeError(`the request is longer than ${MAX_REQUEST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answer(response: ServerResponse, status: number, body: UpgradeReply | GatewayStatus): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
