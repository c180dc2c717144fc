import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { SenbonError } from '../errors/senbon-error.ts';
import type { Credentials } from './auth.ts';

/** User and password of an `Authorization: Basic …` header; `null` when it is absent or something else. */
export function basicCredentials(header: string | undefined): Credentials | null {
  const encoded = /^basic\s+([A-Za-z0-9+/=_-]+)\s*$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const split = decoded.indexOf(':');
  return split < 0
    ? { user: decoded, password: '' }
    : { user: decoded.slice(0, split), password: decoded.slice(split + 1) };
}

/** Where the client is (its socket is `null` when it has gone), behind a proxy that says so in `header` too. */
export function clientAddress(incoming: IncomingMessage, header: string): string {
  const forwarded = incoming.headers[header.toLowerCase()];
  if (typeof forwarded === 'string' && forwarded !== '') return forwarded;
  return ((incoming.socket as Socket | null)?.remoteAddress ?? 'unknown').replace(/^::ffff:/, '');
}

/**
 * The whole body. Throws REQUEST_TOO_LARGE, at once when that is announced; the rest of the body is thrown away then, so
 * that the client reads the answer and may go on with the connection.
 */
export async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const announced = Number(incoming.headers['content-length'] ?? 0);
  if (announced > maxBytes) throw tooLarge(incoming, announced, maxBytes);
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Left to itself the loop would destroy the connection when it is left.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(incoming, bytes, maxBytes);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

function tooLarge(incoming: IncomingMessage, bytes: number, limit: number): SenbonError {
  // The loop above must have let go of the stream first.
  setImmediate(() => incoming.resume());
  return new SenbonError('REQUEST_TOO_LARGE', { bytes, limit });
}
