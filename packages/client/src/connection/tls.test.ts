import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../connect.ts';
import { FakeHiveServer } from '../testing/fake-hive-server.ts';

let dir: string;
let tls: { key: Buffer; cert: Buffer };
let certPath: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'senbon-tls-'));
  certPath = join(dir, 'cert.pem');
  const key = join(dir, 'key.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const algorithm = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...algorithm, ...subject, '-keyout', key, '-out', certPath], {
    stdio: 'ignore',
  });
  tls = { key: await readFile(key), cert: await readFile(certPath) };
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe.each(['binary', 'http'] as const)('TLS over %s', (transport) => {
  const url = (server: FakeHiveServer, vars: string) =>
    `jdbc:hive2://localhost:${server.port}/;transportMode=${transport};ssl=true${vars}`;

  it('trusts the certificate that the URL names, and no other', async () => {
    const server = await FakeHiveServer.start({ transport, tls });
    const connection = await connect(url(server, `;sslTrustStore=${certPath}`));
    await connection.close();
    await expect(connect(url(server, ''))).rejects.toThrow(/self[- ]signed/);
    const given = await connect(url(server, ''), { tls: { ca: tls.cert } });
    await given.close();
    await server.close();
  });
});

it.each(['binary', 'http'] as const)('to a port without TLS over %s, says so', async (transport) => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end('plain text, whatever it says'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const failed = connect(`jdbc:hive2://127.0.0.1:${port}/;transportMode=${transport};ssl=true`);
  await expect(failed).rejects.toMatchObject({
    code: 'CONNECT_FAILED',
    message: expect.stringMatching(/there is no TLS at that port\. Leave ssl=true out of the URL$/),
  });
  server.close();
  await once(server, 'close');
});

it('finds no ZooKeeper where something else is silent', async () => {
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `jdbc:hive2://127.0.0.1:${port}/;serviceDiscoveryMode=zooKeeper;connectTimeout=200`;
  await expect(connect(url)).rejects.toMatchObject({
    code: 'DISCOVERY_FAILED',
    message: expect.stringContaining('Check that it is ZooKeeper that listens there'),
  });
  server.close();
});

describe('key stores', () => {
  const open = (vars: string) => connect(`jdbc:hive2://localhost:1/;ssl=true${vars}`);

  it('says how to convert what it cannot read', async () => {
    const jks = join(dir, 'trust.jks');
    await writeFile(jks, Buffer.from('feedfeed00000002', 'hex'));
    await expect(open(`;sslTrustStore=${jks}`)).rejects.toThrow('keytool -exportcert -rfc');
    await expect(open(';sslTrustStore=/nowhere.pem')).rejects.toThrow('ENOENT');
    await expect(open(';twoWay=true')).rejects.toThrow('it needs sslKeyStore');
    await expect(open(`;twoWay=true;sslKeyStore=${jks}`)).rejects.toThrow('not in PEM form');
  });
});
