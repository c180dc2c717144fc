import { type Conf, type Gateway, haArea, readArea, SenbonError } from '@senbon/core';
import { HiveClient } from '@senbon/hive-thrift';
import { userInfo } from 'node:os';
import { clientOptionsOf, frontDoorOf } from './front-door.ts';

const STATEMENT = "SELECT 'Hello from Senbon' AS greeting, 1 AS one";
/** An engine has to be launched first, within `kyuubi.session.engine.initialize.timeout` (3 minutes). */
const TIMEOUT_MS = 240_000;

/** Runs one query through the gateway's own front door and returns what to print: the row and the JDBC URLs. */
export async function selfCheck(
  gateway: Pick<Gateway, 'frontends'>,
  conf: Conf,
  embedded: string | null,
): Promise<readonly string[]> {
  const startedAt = performance.now();
  const login = { user: userInfo().username, password: 'anonymous' };
  const client = await HiveClient.connect(clientOptionsOf(frontDoorOf(gateway, conf), login));
  try {
    const call = { signal: AbortSignal.timeout(TIMEOUT_MS) };
    const session = await client.openSession(call);
    const operation = await session.execute(STATEMENT, call);
    await operation.wait(call);
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

function urls(gateway: Pick<Gateway, 'frontends'>, conf: Conf, embedded: string | null): readonly string[] {
  const ha = readArea(haArea, conf);
  const quorum = embedded ?? ha.addresses;
  const byDiscovery = `jdbc:hive2://${quorum}/;serviceDiscoveryMode=zooKeeper;zooKeeperNamespace=${ha.namespace}`;
  return [
    'Connect any HiveServer2 client, user of your choice, any password:',
    ...gateway.frontends.map(({ url }) => `  ${url}`),
    `  ${byDiscovery}`,
  ];
}
