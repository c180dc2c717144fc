import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { MAX_REQUEST_VALUES, MessageScanner } from '@senbon/hive-thrift';
import { SenbonError } from '../errors/senbon-error.ts';
import type { Clock } from '../ports/clock.ts';
import { ArrivalTimer } from './arrival-timer.ts';
import type { Credentials } from './auth.ts';
import { peerAddress } from './peer-address.ts';
import type { RequestShare } from './request-memory.ts';

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
  return peerAddress(incoming.socket as Socket | null);
}

export interface BodyBounds {
  readonly maxBytes: number;
  readonly memory: RequestShare;
  /** In every such period of its arrival the body must go on: see ArrivalTimer. */
  readonly periodMs: number;
  readonly clock: Clock;
}

/**
 * The whole body. Throws REQUEST_TOO_LARGE, at once when that is announced, and SERVER_BUSY; the rest of the body is
 * thrown away then, so that the client reads the answer and may go on with the connection. One that does not arrive ends
 * the connection.
 */
export async function readBody(incoming: IncomingMessage, bounds: BodyBounds): Promise<Uint8Array> {
  const { maxBytes, memory, periodMs, clock } = bounds;
  const announced = Number(incoming.headers['content-length'] ?? 0);
  if (announced > maxBytes) throw refused(incoming, tooLarge(announced, maxBytes));
  const onLate = (tookMs: number) =>
    incoming.destroy(new Error(`the request has not arrived whole in ${tookMs} ms`));
  const arrival = new ArrivalTimer({ clock, periodMs, onLate });
  const chunks: Buffer[] = [];
  let bytes = 0;
  arrival.arrived(0);
  try {
    // Left to itself the loop would destroy the connection when it is left.
    for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(bytes, maxBytes);
      memory.set(bytes);
      arrival.arrived(bytes);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof SenbonError ? refused(incoming, error) : error;
  } finally {
    arrival.stop();
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/** Throws ThriftProtocolError for a body that would take too long to read; whether it is one whole call is found out later. */
export function checkValues(body: Uint8Array, maxMessageBytes: number): void {
  MessageScanner.isWhole(body, { maxMessageBytes, maxValues: MAX_REQUEST_VALUES });
}

function tooLarge(bytes: number, limit: number): SenbonError {
  return new SenbonError('REQUEST_TOO_LARGE', { bytes, limit });
}

function refused(incoming: IncomingMessage, error: SenbonError): SenbonError {
  // The loop above must have let go of the stream first.
  setImmediate(() => incoming.resume());
  return error;
}
