import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { dispatch } from '../dispatch/dispatch.ts';
import { MessageScanner } from '../framing/message-scanner.ts';
import { TableServer } from '../testing/table-server.ts';
import { HiveClient, type HiveClientOptions } from './hive-client.ts';

// A key both sides know stands in for certificates, which would run out.
const psk = Buffer.from('0123456789abcdef0123456789abcdef', 'hex');
const shared = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
const serverTls: TlsOptions = { ...shared, pskCallback: () => psk };
const clientTls = {
  ...shared,
  pskCallback: () => ({ psk, identity: 'client' }),
  checkServerIdentity: () => undefined,
};
const otherTls = { ...clientTls, pskCallback: () => ({ psk: Buffer.alloc(16), identity: 'client' }) };

const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function binaryServer(): Promise<number> {
  const { handlers } = new TableServer();
  const server = createTlsServer(serverTls, (socket) => {
    const scanner = new MessageScanner({ maxMessageBytes: 1 << 20 });
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      for (const message of scanner.push(chunk)) {
        void dispatch(message, handlers, { credentials: null }).then((reply) => socket.write(reply));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

async function httpsServer(): Promise<{ url: string; cookies: (string | undefined)[] }> {
  const { handlers } = new TableServer();
  const cookies: (string | undefined)[] = [];
  const server = createHttpsServer(serverTls, (request, response) => {
    const chunks: Buffer[] = [];
    cookies.push(request.headers.cookie);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.setHeader('set-cookie', 'auth=1; Secure; HttpOnly');
      void dispatch(Buffer.concat(chunks), handlers, { credentials: null }).then((reply) =>
        response.end(reply),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/cliservice`, cookies };
}

async function connect(options: HiveClientOptions): Promise<HiveClient> {
  const client = await HiveClient.connect(options);
  closers.push(() => client.destroy(new Error('test over')));
  return client;
}

describe('TLS', () => {
  it('carries a binary connection', async () => {
    const port = await binaryServer();
    const client = await connect({ host: '127.0.0.1', port, auth: { mechanism: 'NOSASL' }, tls: clientTls });
    expect((await client.openSession({ user: 'ann' })).configuration.get('user')).toBe('ann');
  });

  it('that fails is told as unreachable', async () => {
    const port = await binaryServer();
    const connecting = connect({ host: '127.0.0.1', port, auth: { mechanism: 'NOSASL' }, tls: otherTls });
    await expect(connecting).rejects.toMatchObject({ name: 'ConnectionError', kind: 'unreachable' });
  });

  it('carries HTTP, and Secure cookies with it', async () => {
    const { url, cookies } = await httpsServer();
    const client = await connect({ mode: 'http', url, tls: clientTls });
    const session = await client.openSession({ user: 'ann' });
    await session.info(13);
    expect(session.configuration.get('user')).toBe('ann');
    expect(cookies).toEqual([undefined, 'auth=1']);
  });

  it('of HTTP that fails is told too', async () => {
    const { url } = await httpsServer();
    const client = await connect({ mode: 'http', url, tls: otherTls });
    await expect(client.openSession()).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining(url),
    });
  });
});
