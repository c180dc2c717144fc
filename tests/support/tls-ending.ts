import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** TLS, with a certificate of its own for `localhost`, in front of a port of this machine that speaks HTTP/2 without. */
export class TlsEnding {
  readonly port: number;
  /** The file of the certificate that it shows. */
  readonly certificate: string;
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #dir: string;

  private constructor(server: Server, dir: string, port: number) {
    this.#server = server;
    this.#dir = dir;
    this.port = (server.address() as AddressInfo).port;
    this.certificate = join(dir, 'cert.pem');
    server.on('secureConnection', (near) => {
      this.connections++;
      const far = connect(port, '127.0.0.1');
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one
          .on('error', () => other.destroy())
          .on('close', () => {
            this.#sockets.delete(one);
            other.destroy();
          });
        one.pipe(other);
      }
    });
  }

  static async before(port: number): Promise<TlsEnding> {
    const dir = await mkdtemp(join(tmpdir(), 'senbon-tls-'));
    const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1'];
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    await run('openssl', [...request, '-keyout', key, '-out', cert, ...names]);
    const server = createServer({
      key: await readFile(key),
      cert: await readFile(cert),
      ALPNProtocols: ['h2'],
    });
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TlsEnding(server, dir, port);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
    await rm(this.#dir, { recursive: true, force: true });
  }
}
