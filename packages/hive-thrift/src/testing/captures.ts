import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Capture {
  readonly client: string;
  /** Everything the client sent, handshake included. */
  readonly toServer: Buffer;
  readonly toClient: Buffer;
}

const folder = join(import.meta.dirname, 'fixtures');

/** The recorded connections in `fixtures/`. */
export function captures(): readonly Capture[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      const { client, toServer, toClient } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as {
        client: string;
        toServer: string[];
        toClient: string[];
      };
      return { client, toServer: fromBase64(toServer), toClient: fromBase64(toClient) };
    });
}

function fromBase64(lines: readonly string[]): Buffer {
  return Buffer.from(lines.join(''), 'base64');
}
