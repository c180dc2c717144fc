import { type Conf, frontendArea, type Gateway, haArea, readArea, SenbonError } from '@senbon/core';
import { HiveClient, type HiveClientOptions } from '@senbon/hive-thrift';
import { userInfo } from 'node:os';

const STATEMENT = "SELECT 'Hello from Senbon' AS greeting, 1 AS one";
/** An engine has to be launched first, within `kyuubi.session.engine.initialize.timeout` (3 minutes). */
const TIMEOUT_MS = 240_000;
const WILDCARDS: ReadonlySet<string> = new Set(['0.0.0.0', '::', '*', '']);

/** Runs one query through the gateway's own front door and returns what to print: the row and the JDBC URLs. */
export async function selfCheck(
  gateway: Gateway,
  conf: Conf,
  embedded: string | null,
): Promise<readonly string[]> {
  const startedAt = performance.now();
  const client = await HiveClient.connect(frontDoor(gateway, conf));
  try {
    const call = { signal: AbortSignal.timeout(TIMEOUT_MS) };
    const session = await client.openSession(call);
    const operation = await session.execute(STATEMENT, call);
    const rows: string[] = [];
    for await (const row of operation.rows(call)) rows.push(row.join(' | '));
    await operation.close();
    await session.close();
    if (rows.length !== 1)
      throw new SenbonError('INTERNAL', { problem: `the self-check got ${rows.length} rows instead of one` });
    const ms = Math.round(performance.now() - startedAt);
    return [
      '',
      `Self-check: ${STATEMENT}`,
      `  ${rows.join('\n  ')}`,
      `  (1 row in ${ms} ms, engine launch included)`,
      '',
      ...urls(gateway, conf, embedded),
      '',
    ];
  } finally {
    await client.close();
  }
}

function frontDoor(gateway: Gateway, conf: Conf): HiveClientOptions {
  const config = readArea(frontendArea, conf);
  const user = userInfo().username;
  const auth = { user, password: 'anonymous' };
  const frontend = gateway.frontends[0];
  if (frontend === undefined)
    throw new SenbonError('INTERNAL', { problem: 'no frontend is configured (kyuubi.frontend.protocols)' });
  if (frontend.protocol === 'THRIFT_HTTP') {
    const url = `http://${localHost(config.httpHost)}:${frontend.port}/${config.httpPath.replace(/^\/+|\/+$/g, '')}`;
    return { mode: 'http', url, auth: { scheme: 'basic', ...auth } };
  }
  const noSasl = conf.get('kyuubi.authentication')?.toUpperCase() === 'NOSASL';
  return {
    host: localHost(config.binaryHost),
    port: frontend.port,
    auth: noSasl ? { mechanism: 'NOSASL' } : { mechanism: 'PLAIN', ...auth },
  };
}

function localHost(bindHost: string | null): string {
  return bindHost === null || WILDCARDS.has(bindHost) ? '127.0.0.1' : bindHost;
}

function urls(gateway: Gateway, conf: Conf, embedded: string | null): readonly string[] {
  const ha = readArea(haArea, conf);
  const quorum = embedded ?? ha.addresses;
  const byDiscovery = `jdbc:hive2://${quorum}/;serviceDiscoveryMode=zooKeeper;zooKeeperNamespace=${ha.namespace}`;
  return [
    'Connect any HiveServer2 client, user of your choice, any password:',
    ...gateway.frontends.map(({ url }) => `  ${url}`),
    `  ${byDiscovery}`,
  ];
}
