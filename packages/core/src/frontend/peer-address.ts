import type { Socket } from 'node:net';

/** Where the other end is; `unknown` when it has gone. An IPv4 address is one also at a socket that takes IPv6. */
export function peerAddress(socket: Socket | null): string {
  return (socket?.remoteAddress ?? 'unknown').replace(/^::ffff:/, '');
}
