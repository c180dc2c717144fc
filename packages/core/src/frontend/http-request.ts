import type { IncomingMessage } from 'node:http';
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

/** Where the client is, behind a proxy that says so in `header` too. */
export function clientAddress(incoming: IncomingMessage, header: string): string {
  const forwarded = incoming.headers[header.toLowerCase()];
  if (typeof forwarded === 'string' && forwarded !== '') return forwarded;
  return (incoming.socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '');
}

/** The whole body, refused before it is taken in when it is announced as too large. Throws REQUEST_INVALID. */
export async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const announced = Number(incoming.headers['content-length'] ?? 0);
  if (announced > maxBytes) throw tooLarge(announced, maxBytes);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(bytes, maxBytes);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

function tooLarge(bytes: number, maxBytes: number): SenbonError {
  const problem = `a request of ${bytes} bytes; at most ${maxBytes} are accepted (kyuubi.frontend.thrift.max.message.size)`;
  return new SenbonError('REQUEST_INVALID', { method: 'POST', problem });
}
