import { afterEach } from 'vitest';
import type { EmbeddedZooKeeperOptions, LogLevel } from '../options.ts';
import { startEmbeddedZooKeeper } from '../server/server.ts';
import type { EmbeddedZooKeeper } from '../server/server.ts';
import { FakeClock } from './fake-clock.ts';
import { RawClient } from './raw-client.ts';
import type { Granted, Handshake } from './raw-client.ts';

export interface TestServer {
  readonly server: EmbeddedZooKeeper;
  readonly clock: FakeClock;
  readonly logged: { level: LogLevel; message: string }[];
  /** A client with a session; it is destroyed after the test. */
  readonly connect: (handshake?: Handshake) => Promise<RawClient & { session: Granted }>;
  /** A socket only. */
  readonly open: () => Promise<RawClient>;
}

const servers: EmbeddedZooKeeper[] = [];
const clients: RawClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A server with a clock that stands still, closed after the test. */
export async function startTestServer(options: Partial<EmbeddedZooKeeperOptions> = {}): Promise<TestServer> {
  const clock = new FakeClock();
  const logged: TestServer['logged'] = [];
  const log = (level: LogLevel, message: string): void => {
    logged.push({ level, message });
  };
  const server = await startEmbeddedZooKeeper({ host: '127.0.0.1', port: 0, clock, log, ...options });
  servers.push(server);
  return {
    server,
    clock,
    logged,
    async open() {
      const client = await RawClient.open(server.port);
      clients.push(client);
      return client;
    },
    async connect(handshake) {
      const client = await RawClient.open(server.port);
      clients.push(client);
      return Object.assign(client, { session: await client.greet(handshake) });
    },
  };
}
