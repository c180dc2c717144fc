import { HiveClient } from '@senbon/hive-thrift';

/** A client that talks to the gateway. */
export async function connect(stage, user) {
  const { host, port } = stage.binary;
  return HiveClient.connect({ host, port, auth: { mechanism: 'PLAIN', user, password: 'anonymous' } });
}
