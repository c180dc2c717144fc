import { HiveClient } from '@senbon/hive-thrift';

export const name = 'binary';

/** A connection for every session, as JDBC has it; closing ends both. */
export async function open(stage, user) {
  const { host, port } = stage.binary;
  const client = await HiveClient.connect({
    host,
    port,
    auth: { mechanism: 'PLAIN', user, password: 'any' },
  });
  return { session: await client.openSession(), close: () => client.close() };
}
