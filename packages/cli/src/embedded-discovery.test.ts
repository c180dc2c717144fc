import { Conf } from '@senbon/core';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { hostname } from 'node:os';
import { afterEach, expect, it } from 'vitest';
import { RecordingLogger } from '../../core/src/testing/recording-logger.ts';
import { type EmbeddedDiscovery, startEmbeddedDiscovery } from './embedded-discovery.ts';

let discovery: EmbeddedDiscovery | null = null;
const logger = new RecordingLogger();

afterEach(async () => {
  await discovery?.close();
  discovery = null;
});

async function start(values: Readonly<Record<string, string>>): Promise<EmbeddedDiscovery> {
  const conf = Conf.of({ 'kyuubi.zookeeper.embedded.client.port': '0', ...values });
  discovery = await startEmbeddedDiscovery(conf, logger);
  return discovery;
}

/** What ZooKeeper's own health check says. */
async function health(address: string): Promise<string> {
  const [host = '', port] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  socket.write('ruok');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return answer.toString();
}

it('listens where it is told to, and says so as Kyuubi does', async () => {
  const { address, localAddress } = await start({
    'kyuubi.zookeeper.embedded.client.port.address': '127.0.0.1',
  });
  expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(localAddress).toBe(address);
  expect(await health(address)).toBe('imok');
  expect(logger.has(`EmbeddedZookeeper is started at ${address}`)).toBe(true);
});

it('follows the bind host of the frontends', async () => {
  expect((await start({ 'kyuubi.frontend.bind.host': '127.0.0.1' })).address).toMatch(/^127\.0\.0\.1:/);
});

it('listens everywhere by default; this machine goes by the loopback', async () => {
  const { address, localAddress } = await start({ 'kyuubi.zookeeper.embedded.client.use.hostname': 'true' });
  expect(address.startsWith(`${hostname()}:`)).toBe(true);
  expect(localAddress).toMatch(/^127\.0\.0\.1:/);
  expect(await health(localAddress)).toBe('imok');
});

it('says once that its port is taken, and by which key to change it', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const started = start({
    'kyuubi.zookeeper.embedded.client.port': String(port),
    'kyuubi.zookeeper.embedded.client.port.address': '127.0.0.1',
  });
  await expect(started).rejects.toMatchObject({
    code: 'BIND_FAILED',
    message: expect.stringMatching(/^[^]*EADDRINUSE[^]*kyuubi\.zookeeper\.embedded\.client\.port/),
  });
  await expect(started).rejects.not.toThrow(/EADDRINUSE[^]*EADDRINUSE[^]*EADDRINUSE/);
  other.close();
});
