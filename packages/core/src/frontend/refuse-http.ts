import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { httpRefusal, strangerAtHttp } from './stranger.ts';

/** What Node's HTTP parser says of a request that it cannot take. */
export interface HttpClientError extends Error {
  readonly code?: string;
  readonly rawPacket?: Buffer;
}

const statuses: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Answers what is no request and ends the connection. Returns what is worth a line in the log. */
export function refuseHttp(error: HttpClientError, socket: Duplex, maxHeaderBytes: number): string {
  const stranger = error.rawPacket === undefined ? null : strangerAtHttp(error.rawPacket);
  const status = statuses[error.code ?? ''] ?? '400 Bad Request';
  const isOverflow = error.code === 'HPE_HEADER_OVERFLOW';
  const limit = `request headers of more than ${maxHeaderBytes} bytes (kyuubi.frontend.thrift.http.request.header.size)`;
  const why = stranger ?? (isOverflow ? limit : error.message);
  // A response under way must not be followed by a second head.
  const { _httpMessage: response } = socket as { readonly _httpMessage?: ServerResponse | null };
  if (socket.writable && response?.headersSent !== true) socket.write(httpRefusal(status, why));
  socket.destroy();
  return why;
}
