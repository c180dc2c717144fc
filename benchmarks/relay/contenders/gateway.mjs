import { HiveClient } from '@senbon/hive-thrift';

/** The gateway's binary port. */
export const name = 'gateway';

export async function endpoint({ binary: { host, port } }, user) {
  return { host, port, user, password: 'any' };
}

export async function connect(stage, user) {
  const { host, port, password } = await endpoint(stage, user);
  return HiveClient.connect({ host, port, auth: { mechanism: 'PLAIN', user, password } });
}
