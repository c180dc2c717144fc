import { HiveClient } from '@senbon/hive-thrift';

/** The gateway's HTTP port. */
export const name = 'gateway-http';

export async function endpoint({ http: { host, port } }, user) {
  return { host, port, user, password: 'any' };
}

export async function connect(stage, user) {
  const { host, port, password } = await endpoint(stage, user);
  const auth = { scheme: 'basic', user, password };
  return HiveClient.connect({ mode: 'http', url: `http://${host}:${port}/cliservice`, auth });
}
